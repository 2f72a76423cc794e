import type { EngineWorld } from '../../test/support/engine-world';

/** A worker that can be replaced between two acts. The new one knows nothing: it replays every history it meets. */
export async function mortalWorker(world: EngineWorld) {
  let running = world.runWorker();
  await running;
  return {
    /** Answers when the old one is gone: what comes next meets nobody, or the new one. */
    async kill() {
      const stop = await running;
      await stop();
      running = world.runWorker();
    },
    async close() {
      const stop = await running;
      await stop();
    },
  };
}
