import { Connection } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localFolder } from './folders';
import { freePort } from './free-port';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { releaseRunFile } from './run-file';
import { findTemporalCli } from './temporal-cli';

export interface TemporalOptions {
  /** Keeps its state over restarts; null or absent = in memory. */
  dbFile?: string | null;
  /** Absent = any free port. */
  port?: number;
  uiPort?: number;
  /** No Web UI: for tests. */
  headless?: boolean;
  /** More dynamic settings, `key=value`: for tests of what takes long in production. */
  dynamicConfig?: string[];
  /** Absent = loopback. The server checks no credentials: bind it to nothing else without need. */
  ip?: string;
}

export interface TemporalServer {
  address: string;
  namespace: string;
  /** Undefined when headless. */
  uiUrl: string | undefined;
  pid: number;
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
const START_ATTEMPTS = 4;
const START_LIMIT_MS = 40_000;
const CALL_LIMIT_MS = 1_000;
const POLL_MS = 100;
const STOP_LIMIT_MS = 10_000;
const LOOPBACK = '127.0.0.1';

// Time skipping: 1.32 reads the first key, later servers the second. The default of 20 polls a second and shard adds up
// to 50 ms to every timer and task of a one-shard server: p50 58 -> 24 ms at 25 nudges a second.
const DYNAMIC_CONFIG = [
  'frontend.WorkflowTimeSkippingEnabled=true',
  'system.workflowTimeSkippingEnabled=true',
  'history.transferProcessorMaxPollRPS=1000',
  'history.timerProcessorMaxPollRPS=1000',
];
// SQLite's defaults held 28 nudges a second; with these a file is as quick as memory.
const FILE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];
const SEARCH_ATTRIBUTE = 'Organization';

/** Starts the pinned Temporal dev server and waits until it serves. Throws with the end of its log when it does not. */
export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalServer> {
  const cli = await findTemporalCli();
  const dbFile = options.dbFile ?? undefined;
  const runFile = dbFile === undefined ? memoryRunFile() : `${dbFile}.json`;
  const logFile = runFile.replace(/\.json$/, '.log');
  mkdirSync(dirname(runFile), { recursive: true });
  if (dbFile !== undefined) await releaseRunFile(runFile, dbFile);
  for (let attempt = 1; ; attempt++) {
    const ports = { port: options.port ?? (await freePort()), uiPort: options.uiPort ?? (await freePort()) };
    const server = await startGuarded({
      command: cli,
      args: argumentsFor(options, ports),
      cwd: localFolder(),
      env: withoutTemporalSettings(),
      logFile,
      runFile,
      stopSignal: 'SIGTERM',
      killAfterMs: STOP_LIMIT_MS,
      removeOnEnd: dbFile === undefined ? [logFile] : [],
    });
    const address = `${options.ip ?? LOOPBACK}:${ports.port}`;
    if (await serves(server, address)) return handleOf(server, options, ports);
    const { how, log } = await server.stop();
    if (attempt === START_ATTEMPTS || !/address already in use/.test(log)) {
      throw new Error(`Temporal did not start (${how}). Its log ends:\n${log}`);
    }
  }
}

interface Ports {
  port: number;
  uiPort: number;
}

function memoryRunFile(): string {
  return join(localFolder(), 'run', `temporal-${process.pid}-${randomBytes(3).toString('hex')}.json`);
}

/** TEMPORAL_ADDRESS and its kin are for clients; the CLI would take them for its own flags. */
function withoutTemporalSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

function argumentsFor(options: TemporalOptions, { port, uiPort }: Ports): string[] {
  const repeated = (flag: string, values: string[]) => values.flatMap((value) => [flag, value]);
  const dbFile = options.dbFile ?? undefined;
  return [
    ...['server', 'start-dev', '--ip', options.ip ?? LOOPBACK, '--port', String(port)],
    ...(options.headless ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(dbFile === undefined ? [] : ['--db-filename', dbFile, ...repeated('--sqlite-pragma', FILE_PRAGMAS)]),
    ...repeated('--dynamic-config-value', [...DYNAMIC_CONFIG, ...(options.dynamicConfig ?? [])]),
    ...['--search-attribute', `${SEARCH_ATTRIBUTE}=Keyword`],
  ];
}

/** True when namespace and search attribute are there; false when the server ended or time ran out. */
async function serves(server: GuardedProcess, address: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: CALL_LIMIT_MS });
  const deadline = Date.now() + START_LIMIT_MS;
  try {
    while (server.end() === undefined && Date.now() < deadline) {
      if (await isReady(connection)) return true;
      await pause(POLL_MS);
    }
    return false;
  } finally {
    await connection.close();
  }
}

async function isReady(connection: Connection): Promise<boolean> {
  try {
    return await connection.withDeadline(Date.now() + CALL_LIMIT_MS, async () => {
      await connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' });
      const found = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
      return SEARCH_ATTRIBUTE in found.customAttributes;
    });
  } catch {
    return false;
  }
}

function handleOf(server: GuardedProcess, options: TemporalOptions, ports: Ports): TemporalServer {
  const ip = options.ip ?? LOOPBACK;
  return {
    address: `${ip}:${ports.port}`,
    namespace: NAMESPACE,
    uiUrl: options.headless ? undefined : `http://${ip}:${ports.uiPort}`,
    pid: server.pid,
    stop: async () => void (await server.stop()),
  };
}
