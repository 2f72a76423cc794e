import { setTimeout as pause } from 'node:timers/promises';
import type { AppName, AppProcess } from './app-process';

const NAMES: readonly AppName[] = ['api', 'worker'];
const AGAIN_AFTER_MS = 1_000;

export interface KeptApps {
  /** Throws when one of them does not get ready; the other goes on until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** API and worker, started and stopped together. One that ends by itself is told of and started again. */
export function createKeptApps(
  launch: (name: AppName) => Promise<AppProcess>,
  note: (line: string) => void,
): KeptApps {
  const running = new Map<AppName, AppProcess>();
  const isOurs = (name: AppName, app: AppProcess) => running.get(name) === app;
  let stops = 0;

  async function run(name: AppName): Promise<void> {
    const before = stops;
    const app = await launch(name);
    // Stopped while it was being started.
    if (stops !== before) return app.stop();
    running.set(name, app);
    await app.ready;
    void app.ended.then((how) => again(name, app, how));
  }

  async function again(name: AppName, app: AppProcess, how: string): Promise<void> {
    if (!isOurs(name, app)) return;
    note(`The ${name} ended (${how}); starting it again.`);
    await pause(AGAIN_AFTER_MS);
    if (!isOurs(name, app)) return;
    await run(name).catch((error: unknown) => {
      note(`${error instanceof Error ? error.message : String(error)}\nWaiting for the next change.`);
    });
  }

  return {
    async start() {
      await Promise.all(NAMES.map(run));
    },
    async stop() {
      stops += 1;
      const apps = [...running.values()];
      running.clear();
      await Promise.all(apps.map((app) => app.stop()));
    },
  };
}
