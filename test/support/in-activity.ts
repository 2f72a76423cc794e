import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';
import { noopMetricMeter } from '@temporalio/common';

/**
 * Runs an activity as attempt `attempt`, without a worker. The SDK's own test kit is no dependency of ours, and of its
 * context the acts use three things only.
 */
export function inActivity<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  const silent = () => undefined;
  const log = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  const context = new Context(
    onlyAttempt(attempt),
    new Promise<never>(() => undefined),
    new AbortController().signal,
    silent,
    undefined,
    log,
    noopMetricMeter,
    {},
  );
  return asyncLocalStorage.run(context, work);
}

/** Asserted: a whole Info has forty fields, of which the acts read this one. */
function onlyAttempt(attempt: number): Info {
  return { attempt } as Info;
}
