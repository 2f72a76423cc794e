import { assertSmtpUrl, assertTargetUrl } from '../channels/target-url';
import { loadConfig, type Config } from '../config';
import { openDatabase, type Database, type DatabaseRole } from '../db/client';
import { createTextGenerator } from '../generation/liquid';
import { systemClock } from '../platform/clock';
import { createLogger, type Logger } from '../platform/logger';
import { createMetrics, type Metrics } from '../platform/metrics';
import { createSecretBox } from '../platform/secret-box';
import { closeOnSignal } from '../platform/shutdown';
import { createUnsubscribeTokens } from '../platform/unsubscribe-token';
import { deliverEpisode } from '../services/outbox/deliver-episode';
import { startRelay, type Relay } from '../services/outbox/relay';
import { createStartPace } from '../services/outbox/start-pace';
import type { EngineClient } from '../services/ports';
import { openTemporal, toTemporalSettings, type TemporalClient } from '../temporal/connection';
import { createEngineClient } from '../temporal/engine-client';
import { createTimeMachine } from '../temporal/time-machine';
import { createApp } from './app';
import { listen } from './listen';
import type { ApiDependencies } from './route';
import { allRoutes } from './routes';
import type { Probes } from './routes/operations/readiness';

export interface RunningApi {
  port: number;
  /** On loopback; the world's address is the configuration's `publicUrl`. */
  url: string;
  /** Finishes the requests in flight, then closes everything in reverse order. */
  close(): Promise<void>;
}

const SYSTEM_CONNECTIONS = 4;
const PROBE_LIMIT_MS = 2_000;

/** Starts the API of one process: HTTP door and relay. Neither server needs to be up yet. */
export async function startApi(config: Config, logger: Logger): Promise<RunningApi> {
  const metrics = createMetrics();
  const database = open(config, logger, 'followthrough_app', config.databasePoolSize);
  const system = open(config, logger, 'followthrough_system', SYSTEM_CONNECTIONS);
  const temporal = openTemporal(toTemporalSettings(config.temporal));
  const engine = createEngineClient(temporal.client, config.temporal);
  const relay = runRelay(config, logger, metrics, { database, system, engine });
  const app = createApp({
    routes: allRoutes({ probes: probesOf(database, temporal), renderMetrics: () => metrics.render() }),
    database,
    system,
    deps: dependenciesOf(config, database, temporal, engine),
    logger,
    metrics,
    clock: systemClock,
    rateLimitPerMinute: config.rateLimitPerMinute,
    publicUrl: config.publicUrl,
    afterCommit: (touched) => relay.deliverSoon(touched),
  });

  async function closeBelow() {
    await relay.close();
    await temporal.close();
    await database.close();
    await system.close();
  }

  const listener = await listen(app, config.host, config.port).catch(async (error: unknown) => {
    await closeBelow();
    throw error;
  });
  logger.info({ port: listener.port }, 'API is listening');
  return {
    port: listener.port,
    url: `http://127.0.0.1:${listener.port}`,
    async close() {
      await listener.close(config.shutdownGraceMs);
      await closeBelow();
    },
  };
}

function open(config: Config, logger: Logger, role: DatabaseRole, maxConnections: number): Database {
  return openDatabase({
    url: config.databaseUrl,
    role,
    maxConnections,
    applicationName: 'followthrough-api',
    onIdleError: (err) => logger.warn({ err }, 'a database connection was lost'),
  });
}

function runRelay(
  config: Config,
  logger: Logger,
  metrics: Metrics,
  parts: { database: Database; system: Database; engine: EngineClient },
): Relay {
  return startRelay({
    ...parts,
    pace: createStartPace(config.startsPerSecond, () => Date.now()),
    onError: (err, ref) => logger.warn({ err, ...ref }, 'the outbox was not delivered; trying again'),
    onPressure: (pressure, bulkStarts) => metrics.outboxObserved(pressure, bulkStarts),
  });
}

function dependenciesOf(
  config: Config,
  database: Database,
  temporal: TemporalClient,
  engine: EngineClient,
): ApiDependencies {
  const { uiUrl, namespace } = config.temporal;
  const tokens = createUnsubscribeTokens(config.encryptionKeys);
  return {
    engine,
    texts: createTextGenerator(),
    secrets: createSecretBox(config.encryptionKeys),
    assertTargetUrl: (url) => assertTargetUrl(url, config.allowPrivateTargets),
    assertSmtpUrl: (url) => assertSmtpUrl(url, config.allowPrivateTargets),
    readUnsubscribeToken: (token) => tokens.read(token),
    workflowUrl: (id) =>
      uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`,
    timeMachine: config.timeMachine ? createTimeMachine(temporal.client) : null,
    deliver: async (ref) => {
      await deliverEpisode({ database, engine, mayStart: () => true }, ref);
    },
  };
}

function probesOf(database: Database, { client }: TemporalClient): Probes {
  return {
    postgresql: () => database.pool.query('select 1'),
    temporal: () =>
      client.connection.withDeadline(Date.now() + PROBE_LIMIT_MS, () =>
        client.workflowService.getSystemInfo({}),
      ),
  };
}

async function main() {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel);
  // Before the door is open there is nothing to finish, and once it says so a signal must find us listening.
  let api: RunningApi | null = null;
  closeOnSignal(logger, config.shutdownGraceMs + 10_000, async () => api?.close());
  api = await startApi(config, logger);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
