import type { Database } from '../db/client';
import type { Clock } from '../platform/clock';
import type { Metrics } from '../platform/metrics';
import type { ApiDependencies } from './route';
import type { RunTransaction } from './transactions';

/** What the mounting of routes needs, beside the routes. */
export interface MountDependencies {
  /** Of the system role: whose key is it? */
  system: Database;
  transact: RunTransaction;
  deps: ApiDependencies;
  metrics: Pick<Metrics, 'replyStopped'>;
  clock: Clock;
  rateLimitPerMinute: number;
}
