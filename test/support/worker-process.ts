import { freePort } from '../../scripts/servers/free-port';
import { testEnvironment } from './environment';
import { runScript, type ScriptProcess } from './script-process';
import { waitFor } from './wait-for';

export interface WorkerProcess extends ScriptProcess {
  /** Status of its `/readyz`; null when nobody answers there. */
  readyStatus(): Promise<number | null>;
}

/** `src/worker.ts` as a process of its own, from the sources. Resolves when it is ready. */
export async function runWorkerProcess(settings: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const port = await freePort();
  const script = runScript('src/worker.ts', [], {
    TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
    PUBLIC_URL: 'http://127.0.0.1',
    HOST: '127.0.0.1',
    WORKER_PORT: String(port),
    LOG_LEVEL: 'info',
    ALLOW_PRIVATE_TARGETS: 'true',
    ...settings,
  });
  const readyStatus = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ status }) => status,
      () => null,
    );
  const died = script.ended.then(async (how) => {
    await script.firstLine;
    throw new Error(`the worker ended (${how}) before it was ready`);
  });
  const ready = waitFor('the worker to be ready', async () => (await readyStatus()) === 200, 60_000);
  await Promise.race([ready, died]);
  died.catch(() => undefined);
  return { ...script, readyStatus };
}
