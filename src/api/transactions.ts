import { setTimeout as wait } from 'node:timers/promises';
import { inOrganization, type Database } from '../db/client';
import { wasUndone } from '../db/database-error';
import type { Clock } from '../platform/clock';
import { LostCreateRace } from '../services/contact/contact-row';
import type { Touched, VerbContext } from '../services/verb-context';

const MOST_ATTEMPTS = 4;
const LONGEST_WAIT_MS = 30;

export interface TransactionDependencies {
  database: Database;
  clock: Clock;
  /** Told which workflows must hear of the commit; returns at once. */
  afterCommit(touched: Touched[]): void;
}

export type RunTransaction = <T>(
  organizationId: string,
  work: (ctx: VerbContext) => Promise<T>,
) => Promise<T>;

/**
 * One transaction of one organization. It is run again, from its beginning, when it lost a race to create a row or was
 * undone by the database; so `work` must do nothing but talk to its transaction.
 */
export function createTransactions(deps: TransactionDependencies): RunTransaction {
  return async (organizationId, work) => {
    for (let attempt = 1; ; attempt += 1) {
      const touched: Touched[] = [];
      try {
        const result = await inOrganization(deps.database, organizationId, (tx) =>
          work({ tx, organizationId, now: deps.clock.now(), touched }),
        );
        if (touched.length > 0) deps.afterCommit(touched);
        return result;
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !(error instanceof LostCreateRace || wasUndone(error))) throw error;
        await wait(Math.random() * LONGEST_WAIT_MS * attempt);
      }
    }
  };
}
