import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../../scripts/servers/free-port';
import { imageNodeOptions } from '../../../scripts/servers/image-node-options';
import { startGuarded, type GuardedProcess } from '../../../scripts/servers/guarded-process';
import type { AppBuild } from './app-build';

export interface AppSettings {
  build: AppBuild;
  databaseUrl: string;
  temporalAddress: string;
  /** For logs, run files and, if asked for, CPU profiles. */
  folder: string;
  /** Writes a CPU profile of each process into `folder` when it ends. */
  profile: boolean;
  /** Settings of ours that differ from their defaults. */
  overrides: Record<string, string>;
}

export interface AppProcesses {
  apiUrl: string;
  apiPid(): number;
  workerPid(): number;
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const POLL_MS = 100;

/** API and worker, compiled, each in a process of its own that ends with the bench. */
export async function startAppProcesses(settings: AppSettings): Promise<AppProcesses> {
  const ports = { api: await freePort(), worker: await freePort() };
  const env = environment(settings, ports);
  let starts = 0;
  const start = async (name: 'api' | 'worker') => {
    const app = await launch(settings, name, env, ++starts);
    await serves(app, name, `http://127.0.0.1:${ports[name]}/readyz`);
    return app;
  };
  const api = await start('api');
  let worker = await start('worker').catch(async (error: unknown) => {
    await api.stop();
    throw error;
  });
  return {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    apiPid: () => api.pid,
    workerPid: () => worker.pid,
    async killWorker() {
      process.kill(worker.pid, 'SIGKILL');
      await worker.ended;
    },
    async startWorker() {
      worker = await start('worker');
    },
    async stop() {
      await worker.stop();
      await api.stop();
    },
  };
}

function launch(settings: AppSettings, name: 'api' | 'worker', env: NodeJS.ProcessEnv, start: number) {
  // A folder for each: worker threads write profiles of their own.
  const profiling = ['--cpu-prof', `--cpu-prof-dir=${join(settings.folder, `profile-${name}-${start}`)}`];
  const file = join(settings.folder, `${name}-${start}`);
  return startGuarded({
    command: process.execPath,
    args: ['--enable-source-maps', ...(settings.profile ? profiling : []), settings.build[name]],
    cwd: settings.folder,
    env: { ...env, NODE_OPTIONS: imageNodeOptions(name) },
    logFile: `${file}.log`,
    runFile: `${file}.json`,
    stopSignal: 'SIGTERM',
    killAfterMs: 15_000,
    removeOnEnd: [],
  });
}

function environment(settings: AppSettings, ports: { api: number; worker: number }): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: settings.databaseUrl,
    TEMPORAL_ADDRESS: settings.temporalAddress,
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    WORKER_PORT: String(ports.worker),
    PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'warn',
    SHUTDOWN_GRACE_SECONDS: '8',
    ...settings.overrides,
  };
}

async function serves(app: GuardedProcess, name: string, readyUrl: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const end = app.end();
    if (end !== undefined) throw new Error(`The ${name} ended (${end.how}). Its log ends:\n${end.log}`);
    const ready = await fetch(readyUrl).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await pause(POLL_MS);
  }
  throw new Error(`The ${name} did not get ready within ${READY_LIMIT_MS / 1000} s.`);
}
