import type { Pool, PoolClient } from 'pg';
import type { Database } from '../../src/db/client';

/** The same database, which refuses the coming transactions for as long as the test says. */
export function failingDatabase(database: Database) {
  let failures = 0;
  const connect = (): Promise<PoolClient> => {
    if (failures > 0) {
      failures -= 1;
      const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return Promise.reject(away);
    }
    return database.pool.connect();
  };
  return {
    failNext: (count: number) => void (failures = count),
    database: { ...database, pool: withConnect(database.pool, connect) },
  };
}

/** Asserted: `connect` has an overload with a callback that nobody here uses. */
function withConnect(pool: Pool, connect: () => Promise<PoolClient>): Pool {
  return Object.assign(Object.create(pool) as Pool, { connect });
}
