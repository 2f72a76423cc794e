import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';
import { noopMetricMeter } from '@temporalio/common';

const silent = () => undefined;

/**
 * Runs an activity as attempt `attempt`, without a worker. The SDK's own test kit is no dependency of ours, and of its
 * context the acts use three things only. `onError` hears what is logged as an error.
 */
export function inActivity<T>(
  work: () => Promise<T>,
  attempt = 1,
  onError: (message: string) => void = silent,
): Promise<T> {
  const log = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: onError };
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
