import type { NativeConnection, Worker } from '@temporalio/worker';
import { setTimeout as wait } from 'node:timers/promises';
import { createActivities } from './activities';
import { createChannels, type Channels } from './channels/create-channels';
import { loadConfig, type Config } from './config';
import { openDatabase, type Database, type DatabaseRole } from './db/client';
import { createTextGenerator } from './generation/liquid';
import { systemClock } from './platform/clock';
import { createLogger, type Logger } from './platform/logger';
import { createMetrics, type Metrics } from './platform/metrics';
import { createSecretBox } from './platform/secret-box';
import { closeOnSignal } from './platform/shutdown';
import { createUnsubscribeTokens } from './platform/unsubscribe-token';
import { startWorkerDoor } from './platform/worker-door';
import { connectNative, openTemporal, toTemporalSettings, type TemporalClient } from './temporal/connection';
import { createWorker } from './temporal/create-worker';
import { createEngineClient } from './temporal/engine-client';
import { ensureReconcileSchedule } from './temporal/reconcile-schedule';
import { freeLoopbackPort, installRuntime } from './temporal/runtime';

export interface RunningWorker {
  /** Health, readiness and metrics. */
  port: number;
  /** Resolves when the worker stopped by itself, rejects when it failed. */
  stopped: Promise<void>;
  /** Lets sends in flight finish, then closes everything in reverse order. */
  close(): Promise<void>;
}

/** Shorter than a send's start-to-close time-out, so that an attempt always hears the end of its call. */
const PROVIDER_LIMIT_MS = 15_000;
const CONNECT_AGAIN_MS = 2_000;
const SYSTEM_CONNECTIONS = 2;

/** Starts the worker of one process: waits for Temporal if it must, then serves until closed. */
export async function startWorker(config: Config, logger: Logger): Promise<RunningWorker> {
  const sdkMetricsPort = await freeLoopbackPort();
  installRuntime(logger, sdkMetricsPort);
  const metrics = createMetrics();
  const parts = openParts(config, logger);
  const running: { worker: Worker | null } = { worker: null };
  const door = await startWorkerDoor({
    host: config.host,
    port: config.workerPort,
    sdkMetricsPort,
    metrics,
    state: () => running.worker?.getState() ?? 'CONNECTING',
    pool: parts.database.pool,
  });
  const closing = new AbortController();
  const connect = () => connectNative(toTemporalSettings(config.temporal));
  const connection = await connectPatiently(connect, logger, closing.signal);
  const worker = await createWorker({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.temporal.taskQueue,
    activities: activitiesOf(config, parts, metrics),
    maxCachedWorkflows: config.maxCachedWorkflows,
    heldPatches: config.heldPatches,
    shutdownGraceMs: config.shutdownGraceMs,
  });
  running.worker = worker;
  const stopped = worker.run();
  const scheduling = keepSchedule(parts.temporal, config, logger, closing.signal);
  logger.info({ taskQueue: config.temporal.taskQueue, port: door.port }, 'worker is running');
  return {
    port: door.port,
    stopped,
    async close() {
      closing.abort();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped.catch((err: unknown) => logger.error({ err }, 'the worker failed'));
      await scheduling;
      await connection.close();
      await door.close();
      await closeParts(parts);
    },
  };
}

interface Parts {
  database: Database;
  system: Database;
  temporal: TemporalClient;
  channels: Channels;
}

function openParts(config: Config, logger: Logger): Parts {
  const open = (role: DatabaseRole, maxConnections: number) =>
    openDatabase({
      url: config.databaseUrl,
      role,
      maxConnections,
      applicationName: 'followthrough-worker',
      onIdleError: (err) => logger.warn({ err }, 'a database connection was lost'),
    });
  return {
    database: open('followthrough_app', config.databasePoolSize),
    system: open('followthrough_system', SYSTEM_CONNECTIONS),
    temporal: openTemporal(toTemporalSettings(config.temporal)),
    channels: channelsOf(config),
  };
}

async function closeParts({ temporal, channels, database, system }: Parts) {
  await temporal.close();
  await channels.close();
  await database.close();
  await system.close();
}

function channelsOf(config: Config): Channels {
  const tokens = createUnsubscribeTokens(config.encryptionKeys);
  return createChannels({
    allowPrivateTargets: config.allowPrivateTargets,
    installationSmtpUrl: config.smtpUrl,
    unsubscribeUrl: (subject) => `${config.publicUrl}/unsubscribe/${tokens.sign(subject)}`,
    timeoutMs: PROVIDER_LIMIT_MS,
  });
}

function activitiesOf(config: Config, { database, system, temporal, channels }: Parts, metrics: Metrics) {
  return createActivities({
    database,
    system,
    engine: createEngineClient(temporal.client, config.temporal),
    clock: systemClock,
    texts: createTextGenerator(),
    secrets: createSecretBox(config.encryptionKeys),
    channels,
    metrics: metrics.nudges,
  });
}

/** Temporal may come up after the worker: it waits, and says so. */
async function connectPatiently(
  connect: () => Promise<NativeConnection>,
  logger: Logger,
  signal: AbortSignal,
) {
  for (;;) {
    try {
      return await connect();
    } catch (err) {
      signal.throwIfAborted();
      logger.warn({ err }, 'Temporal cannot be reached; trying again');
      await wait(CONNECT_AGAIN_MS, undefined, { signal });
    }
  }
}

async function keepSchedule(temporal: TemporalClient, config: Config, logger: Logger, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      return await ensureReconcileSchedule(temporal.client, config.temporal.taskQueue);
    } catch (err) {
      logger.warn({ err }, 'the reconciler has no Schedule yet; trying again');
      await wait(CONNECT_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function main() {
  const config = loadConfig(process.env);
  const logger = createLogger(config.logLevel);
  // A worker that still waits for Temporal has nothing in flight.
  let worker: RunningWorker | null = null;
  closeOnSignal(logger, config.shutdownGraceMs + 10_000, async () => worker?.close());
  worker = await startWorker(config, logger);
  await worker.stopped;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
