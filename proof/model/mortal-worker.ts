import type { EngineWorld } from '../../test/support/engine-world';

/** A worker that can be replaced while work goes on. The new one knows nothing: it replays every history it meets. */
export async function mortalWorker(world: EngineWorld) {
  let stop = await world.runWorker();
  let replacing = Promise.resolve();
  let replaced = 0;
  return {
    replaced: () => replaced,
    /** Answers at once: what comes next meets the old worker, none, or the new one. */
    kill() {
      replaced += 1;
      replacing = replacing.then(async () => {
        await stop();
        stop = await world.runWorker();
      });
    },
    async close() {
      await replacing;
      await stop();
    },
  };
}
