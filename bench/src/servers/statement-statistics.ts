import { Client } from 'pg';
import { rmSync } from 'node:fs';
import { serverFolder } from '../../../scripts/servers/folders';
import { startPostgres, type PostgresServer } from '../../../scripts/servers/postgres';
import { findRunUser } from '../../../scripts/servers/run-user';
import { z } from 'zod';

export interface Statement {
  database: string;
  calls: number;
  /** Milliseconds inside the server, planning not counted. */
  totalMs: number;
  rows: number;
  /** Bytes of log written. */
  walBytes: number;
  query: string;
}

const NAME = 'bench-profile';
const statementSchema = z.object({
  database: z.string(),
  calls: z.coerce.number(),
  totalMs: z.coerce.number(),
  rows: z.coerce.number(),
  walBytes: z.coerce.number(),
  query: z.string(),
});

/** PostgreSQL that counts its statements; in a folder of its own, empty at each start. */
export async function startCountingPostgres(): Promise<PostgresServer> {
  rmSync(serverFolder(NAME, findRunUser()), { recursive: true, force: true });
  const first = await startPostgres({ name: NAME, durable: true });
  await asSuperuser(first, (client) =>
    client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`),
  );
  await first.stop();
  const server = await startPostgres({ name: NAME, durable: true });
  await asSuperuser(server, (client) => client.query('create extension pg_stat_statements'));
  return server;
}

export async function resetStatements(server: PostgresServer): Promise<void> {
  await asSuperuser(server, (client) => client.query('select pg_stat_statements_reset()'));
}

/** What ran since the last reset, the costliest first. */
export async function readStatements(server: PostgresServer): Promise<Statement[]> {
  return asSuperuser(server, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `select d.datname as database, sum(s.calls) as calls, sum(s.total_exec_time) as "totalMs", sum(s.rows) as rows,
              sum(s.wal_bytes) as "walBytes", s.query
         from pg_stat_statements s join pg_database d on d.oid = s.dbid
        group by d.datname, s.query order by sum(s.total_exec_time) desc`,
    );
    return z.array(statementSchema).parse(rows);
  });
}

/** The superuser's password is the owner's (scripts/servers/postgres-cluster.ts). */
export async function asSuperuser<T>(
  server: Pick<PostgresServer, 'url'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const url = new URL(server.url());
  url.username = 'postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
