import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/servers/free-port';
import { localFolder, serverFolder } from '../../scripts/servers/folders';
import { startPostgres } from '../../scripts/servers/postgres';
import { findRunUser } from '../../scripts/servers/run-user';
import { startTemporal } from '../../scripts/servers/temporal';
import { migrate } from '../../src/db/migrate';
import { plantFaults } from '../judging/plant';
import type { ProofContext } from '../proof';
import { buildApp } from './app-build';
import { startJudge, type Judge } from './judge-process';
import { restartable, type Restartable } from './restartable';
import { startServing, type ServingProcess } from './serving-process';
import { createProofTenant, type ProofTenant } from './tenant';

/** The engine as it runs in production, every part a process of its own that a proof may stop, freeze or kill. */
export interface Stack {
  apiUrl: string;
  /** Health and metrics of the worker. */
  workerUrl: string;
  databaseUrl: string;
  temporalAddress: string;
  postgres: Restartable;
  temporal: Restartable;
  judge: Judge;
  api: ServingProcess;
  worker(): ServingProcess;
  /** Starts another worker; resolves when it runs, in `serving` ms from now at the soonest. */
  startWorker(): Promise<void>;
  /** Folder of all logs. */
  folder: string;
  /** Another API and worker beside these, on the same servers, on a task queue of their own. */
  beside(overrides: Record<string, string>): Promise<Pick<Stack, 'apiUrl' | 'workerUrl'>>;
  /** Another organization, with a webhook and an SMTP channel to the judge; closed with the stack. */
  tenant(): Promise<ProofTenant>;
  stop(): Promise<void>;
}

/** Starts everything, and has the judge find planted faults first. `overrides` are settings of API and worker. */
export async function startStack(
  { say }: Pick<ProofContext, 'say'>,
  overrides: Record<string, string> = {},
): Promise<Stack> {
  const name = `proof-${process.pid}-${randomBytes(3).toString('hex')}`;
  const folder = join(localFolder(), 'proof', name);
  mkdirSync(folder, { recursive: true });
  const build = await buildApp();
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  };
  try {
    const judge = await startJudge(build.judge, folder);
    closers.push(() => judge.process.stop());
    say(await plantFaults(judge));
    const servers = await startServers(name, folder, closers);
    await migrate(servers.databaseUrl);
    const start = (settings: Record<string, string>, prefix: string) =>
      startApps({ ...servers, build, folder, overrides: settings, prefix }, closers);
    const apps = await start(overrides, '');
    const beside = (settings: Record<string, string>) =>
      start({ ...overrides, ...settings, TASK_QUEUE: 'beside' }, 'beside-');
    const tenant = async () => {
      const made = await createProofTenant({ ...servers, apiUrl: apps.apiUrl, judge });
      closers.push(made.close);
      return made;
    };
    return { ...servers, ...apps, judge, folder, beside, tenant, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL with fsync, and Temporal with a file: what is restarted finds what it had. */
async function startServers(name: string, folder: string, closers: (() => Promise<unknown>)[]) {
  const ports = { postgres: await freePort(), temporal: await freePort() };
  const postgresFolder = serverFolder(name, findRunUser());
  closers.push(async () => rmSync(postgresFolder, { recursive: true, force: true }));
  const startDatabase = () => startPostgres({ name, durable: true, port: ports.postgres });
  const dbFile = join(folder, 'temporal.db');
  const startEngine = () => startTemporal({ dbFile, port: ports.temporal, headless: true });
  const [database, engine] = await Promise.all([startDatabase(), startEngine()]);
  const postgres = restartable(database, startDatabase);
  const temporal = restartable(engine, startEngine);
  closers.push(async () => {
    await Promise.all([postgres.stop(), temporal.stop()]);
  });
  return { databaseUrl: database.url(), temporalAddress: engine.address, postgres, temporal };
}

interface AppOptions {
  databaseUrl: string;
  temporalAddress: string;
  build: { api: string; worker: string };
  folder: string;
  overrides: Record<string, string>;
  /** Of the names of logs. */
  prefix: string;
}

async function startApps(options: AppOptions, closers: (() => Promise<unknown>)[]) {
  const { build, folder, prefix } = options;
  const ports = { api: await freePort(), worker: await freePort() };
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const env = environment(options, apiUrl, ports);
  let starts = 0;
  const launch = (name: 'api' | 'worker') =>
    startServing({
      name: `${prefix}${name}-${++starts}`,
      file: build[name],
      env,
      folder,
      readyUrl: `http://127.0.0.1:${ports[name]}/readyz`,
    });
  const api = await launch('api');
  closers.push(() => api.stop());
  let worker = await launch('worker');
  closers.push(async () => {
    worker.thaw();
    await worker.stop();
  });
  await Promise.all([api.ready(), worker.ready()]);
  return {
    apiUrl,
    workerUrl: `http://127.0.0.1:${ports.worker}`,
    api,
    worker: () => worker,
    async startWorker() {
      worker = await launch('worker');
      await worker.ready();
    },
  };
}

function environment(
  { databaseUrl, temporalAddress, overrides }: AppOptions,
  apiUrl: string,
  ports: { api: number; worker: number },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    HOST: '127.0.0.1',
    PORT: String(ports.api),
    WORKER_PORT: String(ports.worker),
    PUBLIC_URL: apiUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    LOG_LEVEL: 'info',
    SHUTDOWN_GRACE_SECONDS: '2',
    ...overrides,
  };
}
