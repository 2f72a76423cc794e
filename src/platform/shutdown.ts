import type { Logger } from './logger';

/** Exit code of a process that had to be ended before it was done. */
const UNFINISHED = 1;

/**
 * Runs `close` once on SIGTERM or SIGINT and ends the process: 0 when everything finished within `graceMs`. A second
 * signal ends it at once.
 */
export function closeOnSignal(logger: Logger, graceMs: number, close: () => Promise<void>): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(UNFINISHED);
    closing = true;
    logger.info({ signal }, 'closing');
    const limit = setTimeout(() => {
      logger.error({ graceMs }, 'not closed in time');
      process.exit(UNFINISHED);
    }, graceMs);
    void close().then(
      () => {
        clearTimeout(limit);
        logger.info('closed');
        process.exit(0);
      },
      (err: unknown) => {
        logger.error({ err }, 'closing failed');
        process.exit(UNFINISHED);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
