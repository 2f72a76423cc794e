import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { startGuarded, type GuardedProcess } from '../../../scripts/servers/guarded-process';
import type { PostgresServer } from '../../../scripts/servers/postgres';
import { lowPort } from './low-port';
import { temporalServerConfig, type ServicePorts } from './temporal-config';
import { asSuperuser } from './statement-statistics';
import { SHIPPED_TUNING, type TemporalTuning } from './temporal-tuning';
import { findTemporalServer, SERVER_VERSION, type TemporalPrograms } from './temporal-server-build';

export interface TemporalOnPostgres {
  address: string;
  pid: number;
  facts: Record<string, string>;
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
const SEARCH_ATTRIBUTE = 'Organization';
const KEYWORD = 2;
const RETENTION_MS = 86_400_000;
const SHARDS = 4;
const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' };
const READY_LIMIT_MS = 60_000;
const CALL_LIMIT_MS = 2_000;
/** Its lines carry whole stack traces. */
const LOG_LINE_LENGTH = 300;

/** Starts the Temporal server as in production: on PostgreSQL, its schema made by its own tool. `folder` holds its files. */
export async function startTemporalOnPostgres(
  postgres: PostgresServer,
  folder: string,
  tuning: TemporalTuning = SHIPPED_TUNING,
): Promise<TemporalOnPostgres> {
  const programs = await findTemporalServer();
  await tunePostgres(postgres, tuning);
  makeSchema(programs, postgres);
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'temporal.yaml');
  const dynamicConfigFile = join(folder, 'dynamic.yaml');
  const ports = await servicePorts();
  const owner = new URL(postgres.url());
  const settings = {
    ports,
    membershipPorts: await servicePorts(),
    postgres: { port: postgres.port, user: owner.username, password: owner.password },
    databases: DATABASES,
    shards: SHARDS,
    dynamicConfigFile,
    plugin: tuning.plugin,
  };
  writeFileSync(dynamicConfigFile, JSON.stringify(dynamicConfigOf(tuning)));
  writeFileSync(configFile, JSON.stringify(temporalServerConfig(settings)), { mode: 0o600 });
  const server = await startGuarded({
    command: programs.server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    cwd: folder,
    env: { ...process.env, GOGC: String(tuning.goGc) },
    logFile: join(folder, 'temporal.log'),
    runFile: join(folder, 'temporal.json'),
    stopSignal: 'SIGTERM',
    killAfterMs: 15_000,
    removeOnEnd: [],
  });
  const address = `127.0.0.1:${ports.frontend}`;
  await prepareNamespace(server, address);
  return {
    address,
    pid: server.pid,
    facts: {
      temporal: `${SERVER_VERSION} on PostgreSQL, ${SHARDS} history shards`,
      'temporal settings': `${tuning.plugin}, GOGC ${tuning.goGc}, ${JSON.stringify({ ...tuning.dynamicConfig, ...tuning.postgres })}`,
    },
    stop: async () => void (await server.stop()),
  };
}

async function servicePorts(): Promise<ServicePorts> {
  return {
    frontend: await lowPort(),
    matching: await lowPort(),
    history: await lowPort(),
    worker: await lowPort(),
  };
}

async function tunePostgres(server: PostgresServer, tuning: TemporalTuning): Promise<void> {
  await asSuperuser(server, async (client) => {
    for (const [name, value] of Object.entries(tuning.postgres)) {
      await client.query(`alter system set ${escapeIdentifier(name)} = ${escapeLiteral(value)}`);
    }
    await client.query('select pg_reload_conf()');
  });
}

/** Time skipping stays off, as in production. */
function dynamicConfigOf({ dynamicConfig }: TemporalTuning): object {
  return Object.fromEntries(Object.entries(dynamicConfig).map(([name, value]) => [name, [{ value }]]));
}

function makeSchema(programs: TemporalPrograms, postgres: PostgresServer): void {
  const owner = new URL(postgres.url());
  for (const store of ['temporal', 'visibility'] as const) {
    const target = [
      '--endpoint',
      '127.0.0.1',
      '--port',
      String(postgres.port),
      '--database',
      DATABASES[store],
    ];
    const login = ['--plugin', 'postgres12', '--user', owner.username];
    const run = (...command: string[]) =>
      execFileSync(programs.sqlTool, [...target, ...login, ...command], {
        stdio: 'pipe',
        env: { ...process.env, SQL_PASSWORD: owner.password },
      });
    run('create');
    run('setup-schema', '-v', '0.0');
    run('update-schema', '-d', programs.schema(store));
  }
}

/** Registers our namespace and its search attribute as soon as the server lets us. Throws with the log's end if it died. */
async function prepareNamespace(server: GuardedProcess, address: string): Promise<void> {
  const connection = Connection.lazy({ address, connectTimeout: CALL_LIMIT_MS });
  const deadline = Date.now() + READY_LIMIT_MS;
  let trouble: unknown;
  try {
    while (server.end() === undefined && Date.now() < deadline) {
      try {
        if (await connection.withDeadline(Date.now() + CALL_LIMIT_MS, () => isPrepared(connection))) return;
      } catch (error) {
        trouble = error;
      }
      await pause(200);
    }
  } finally {
    await connection.close();
  }
  const { how, log } = await server.stop();
  const lines = log.split('\n').map((line) => line.slice(0, LOG_LINE_LENGTH));
  throw new Error(`Temporal on PostgreSQL did not start (${how}, ${String(trouble)}):\n${lines.join('\n')}`);
}

async function isPrepared({ workflowService, operatorService }: Connection): Promise<boolean> {
  const { namespaces } = await workflowService.listNamespaces({});
  if (!namespaces.some(({ namespaceInfo }) => namespaceInfo?.name === NAMESPACE)) {
    const workflowExecutionRetentionPeriod = msToTs(RETENTION_MS);
    await workflowService.registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod });
  }
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace: NAMESPACE });
  if (SEARCH_ATTRIBUTE in customAttributes) return true;
  const searchAttributes = { [SEARCH_ATTRIBUTE]: KEYWORD };
  await operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes });
  return false;
}
