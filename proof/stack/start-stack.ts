import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../scripts/servers/free-port';
import { localFolder, serverFolder } from '../../scripts/servers/folders';
import { startPostgres } from '../../scripts/servers/postgres';
import { findRunUser } from '../../scripts/servers/run-user';
import { startTemporal } from '../../scripts/servers/temporal';
import { migrate } from '../../src/db/migrate';
import { plantFaults } from '../judging/plant';
import type { ProofContext } from '../proof';
import { buildApp, type AppBuild } from './app-build';
import { startApps, type Apps } from './apps';
import { startJudge, type Judge } from './judge-process';
import { restartable, type Restartable } from './restartable';
import { pruneRunFolders } from './run-folders';
import { createProofTenant, type ProofTenant } from './tenant';

/** The engine as it runs in production, every part a process of its own that a proof may stop, freeze or kill. */
export interface Stack extends Apps {
  build: AppBuild;
  databaseUrl: string;
  temporalAddress: string;
  postgres: Restartable;
  temporal: Restartable;
  judge: Judge;
  /** Folder of all logs. */
  folder: string;
  /** Another API and worker beside these, on the same servers, with a database and a task queue of their own. */
  beside(overrides: Record<string, string>): Promise<Installation>;
  /** Another organization, with a webhook and an SMTP channel to the judge; closed with the stack. */
  tenant(of?: Installation): Promise<ProofTenant>;
  stop(): Promise<void>;
}

/** What belongs together: two of them on one database would take each other's outbox rows. */
export type Installation = Apps & { databaseUrl: string };

/** Starts everything, and has the judge find planted faults first. `overrides` are settings of API and worker. */
export async function startStack(
  { say }: Pick<ProofContext, 'say'>,
  overrides: Record<string, string> = {},
): Promise<Stack> {
  const name = `proof-${process.pid}-${randomBytes(3).toString('hex')}`;
  const runs = join(localFolder(), 'proof');
  pruneRunFolders(runs);
  const folder = join(runs, name);
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
    const start = (databaseUrl: string, settings: Record<string, string>, prefix: string) =>
      startApps({ ...servers, databaseUrl, build, folder, overrides: settings, prefix }, closers);
    const apps = await start(servers.databaseUrl, overrides, '');
    const beside = async (settings: Record<string, string>) => {
      const databaseUrl = await anotherDatabase(servers.databaseUrl);
      const other = { ...overrides, ...settings, TASK_QUEUE: 'beside' };
      return { databaseUrl, ...(await start(databaseUrl, other, 'beside-')) };
    };
    const tenant = async ({ databaseUrl, apiUrl } = { ...servers, ...apps }) => {
      const made = await createProofTenant({ databaseUrl, apiUrl, judge });
      closers.push(made.close);
      return made;
    };
    return { ...servers, ...apps, build, judge, folder, beside, tenant, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function anotherDatabase(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const name = `beside_${randomBytes(3).toString('hex')}`;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
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
