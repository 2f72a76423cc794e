import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

let quiet = false;

/**
 * Warnings and errors of the SDK only: its news of every worker's state would bury a test's own. The first caller's level
 * stays.
 */
export function quietTemporal(level: 'WARN' | 'ERROR' = 'WARN'): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger(level),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: level, other: 'ERROR' }), forward: {} },
    },
    shutdownSignals: [],
  });
}
