import { createEngineWorld, type EngineWorld } from '../../test/support/engine-world';
import { Engine } from './engine';
import { mortalWorker } from './mortal-worker';

/** A database, a task queue and a worker, in which any number of organizations live. */
export interface House {
  world: EngineWorld;
  /** How often an act kills the worker, where some fifty others are anything else. */
  kills: number;
  /** For an organization that is new. */
  newEngine(): Promise<Engine>;
  close(): Promise<void>;
}

export async function openHouse(kills: number): Promise<House> {
  const world = await createEngineWorld({ withWorker: false });
  const worker = await mortalWorker(world);
  return {
    ...{ world, kills },
    newEngine: async () => new Engine(world, await world.seed(), () => worker.kill()),
    async close() {
      await worker.close();
      await world.close();
    },
  };
}
