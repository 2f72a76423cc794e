import {
  makeTelemetryFilterString,
  Runtime,
  type LogEntry,
  type Logger as SdkLogger,
} from '@temporalio/worker';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** What the SDK's log lines are written to; pino fits. */
export interface LineLogger {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The SDK's own buckets begin at 100 ms: too coarse for what takes 5. */
const LATENCY_MS = [2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];
const LATENCY_BUCKETS = {
  workflow_task_schedule_to_start_latency: LATENCY_MS,
  activity_schedule_to_start_latency: LATENCY_MS,
  workflow_task_execution_latency: LATENCY_MS,
  activity_execution_latency: LATENCY_MS,
};

let installed = false;

/**
 * Gives the SDK our logger and a Prometheus endpoint on loopback; once per process, before any native connection.
 * `metricsPort` must be free: the worker's own /metrics reads it and adds it to ours.
 */
export function installRuntime(logger: LineLogger, metricsPort: number): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: toSdkLogger(logger),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      metrics: {
        prometheus: {
          bindAddress: `127.0.0.1:${metricsPort}`,
          countersTotalSuffix: true,
          unitSuffix: true,
          histogramBucketOverrides: LATENCY_BUCKETS,
        },
      },
    },
    shutdownSignals: [],
  });
}

function toSdkLogger(logger: LineLogger): SdkLogger {
  const write = (level: keyof LineLogger) => (message: string, meta?: LogEntry['meta']) =>
    logger[level]({ source: 'temporal', ...meta }, message);
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  return {
    log: (level, message, meta) => write(levels[level])(message, meta),
    trace: write('trace'),
    debug: write('debug'),
    // The SDK reports every change of a worker's state: detail, not news.
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** A port that was free a moment ago, for the SDK's metrics endpoint. */
export async function freeLoopbackPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port could be had on loopback');
  return address.port;
}
