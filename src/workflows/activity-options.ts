import type { ActivityOptions } from '@temporalio/workflow';

/**
 * One provider call at most takes 15 s, and the database work around it little. After a worker's death this is how long
 * a send waits for its next attempt. Retries are unlimited: what must end a send is its delivery's deadline.
 */
export const ACT_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** A page of the reconciler, or one purge: idempotent, so simply tried again. */
export const REPAIR_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
};
