import { join } from 'node:path';
import type { PostgresServer } from '../../../scripts/servers/postgres';
import { startTemporal } from '../../../scripts/servers/temporal';
import { startTemporalOnPostgres } from '../servers/temporal-on-postgres';
import { SHIPPED_TUNING, type TemporalTuning } from '../servers/temporal-tuning';

/** Where Temporal keeps its state: PostgreSQL as in production, or the dev server's SQLite file. */
export type TemporalStore = 'postgres' | 'dev-server';

export interface RunningTemporal {
  address: string;
  pid: number;
  facts: Record<string, string>;
  stop(): Promise<void>;
}

export async function startTemporalStore(
  store: TemporalStore,
  postgres: PostgresServer | null,
  folder: string,
  tuning: TemporalTuning = SHIPPED_TUNING,
): Promise<RunningTemporal> {
  if (store === 'postgres') {
    if (postgres === null) throw new Error('Temporal on PostgreSQL needs PostgreSQL');
    return startTemporalOnPostgres(postgres, join(folder, 'temporal'), tuning);
  }
  const server = await startTemporal({ headless: true, dbFile: join(folder, 'temporal.db') });
  return {
    address: server.address,
    pid: server.pid,
    facts: { temporal: 'dev server of `npm run dev`, one shard, SQLite file (WAL, synchronous=NORMAL)' },
    stop: server.stop,
  };
}
