import { randomBytes } from 'node:crypto';
import { freePort } from '../../scripts/servers/free-port';
import { imageNodeOptions } from '../../scripts/servers/image-node-options';
import type { AppBuild } from './app-build';
import { startServing, type ServingProcess } from './serving-process';

/** An API and the worker that serves now. */
export interface Apps {
  apiUrl: string;
  /** Health and metrics of the worker. */
  workerUrl(): string;
  api: ServingProcess;
  worker(): ServingProcess;
  /** Starts another worker in the place of one that is gone; resolves when it runs. */
  startWorker(change?: WorkerChange): Promise<void>;
  /** As a rolling deployment does it: the next worker runs before the present one is asked to stop. */
  replaceWorker(change?: WorkerChange): Promise<void>;
}

/** What is other than in the first worker; nothing of it stays for the next one. */
export interface WorkerChange {
  /** Another build. */
  file?: string;
  env?: Record<string, string>;
}

export interface AppOptions {
  databaseUrl: string;
  temporalAddress: string;
  build: Pick<AppBuild, 'api' | 'worker'>;
  folder: string;
  overrides: Record<string, string>;
  /** Of the names of logs. */
  prefix: string;
}

export async function startApps(options: AppOptions, closers: (() => Promise<unknown>)[]): Promise<Apps> {
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const env = { ...environment(options, apiUrl), NODE_OPTIONS: imageNodeOptions('api'), PORT: String(port) };
  const { build, folder, prefix } = options;
  const launchApi = { name: `${prefix}api-1`, file: build.api, env, folder, readyUrl: `${apiUrl}/readyz` };
  const api = await startServing(launchApi);
  closers.push(() => api.stop());
  const launch = workerLauncher(options, { ...env, NODE_OPTIONS: imageNodeOptions('worker') });
  let serving = await launch({});
  closers.push(async () => {
    serving.worker.thaw();
    await serving.worker.stop();
  });
  await Promise.all([api.ready(), serving.worker.ready()]);
  const startWorker = async (change: WorkerChange = {}) => {
    serving = await launch(change);
    await serving.worker.ready();
  };
  return {
    apiUrl,
    workerUrl: () => serving.url,
    api,
    worker: () => serving.worker,
    startWorker,
    async replaceWorker(change) {
      const { worker } = serving;
      await startWorker(change);
      await worker.stop();
    },
  };
}

function workerLauncher({ build, folder, prefix }: AppOptions, env: NodeJS.ProcessEnv) {
  let starts = 0;
  return async ({ file = build.worker, env: changed = {} }: WorkerChange) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const worker = await startServing({
      name: `${prefix}worker-${++starts}`,
      file,
      env: { ...env, ...changed, WORKER_PORT: String(port) },
      folder,
      readyUrl: `${url}/readyz`,
    });
    return { url, worker };
  };
}

function environment(
  { databaseUrl, temporalAddress, overrides }: AppOptions,
  apiUrl: string,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    HOST: '127.0.0.1',
    PUBLIC_URL: apiUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'info',
    SHUTDOWN_GRACE_SECONDS: '2',
    ...overrides,
  };
}
