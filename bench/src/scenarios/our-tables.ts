import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { PostgresServer } from '../../../scripts/servers/postgres';
import { asSuperuser } from '../servers/statement-statistics';

const POLL_MS = 500;
const rowSchema = z.array(z.object({ value: z.coerce.number() })).length(1);

/** Waits until every workflow start is delivered. Answers what is left when the limit ends the wait. */
export async function outboxEmpty(postgres: PostgresServer, limitMs: number): Promise<number> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const left = await numberOf(postgres, 'select count(*) as value from outbox');
    if (left === 0 || Date.now() > deadline) return left;
    await pause(POLL_MS);
  }
}

/** Tables with their indexes and long values, of one database; `vacuum` first, so that dead rows do not count. */
export async function tableBytes(postgres: PostgresServer, database: string): Promise<number> {
  const url = new URL(postgres.url(database));
  const place = { url: () => url.href };
  await asSuperuser(place, (client) => client.query('vacuum analyze'));
  return numberOf(
    place,
    `select sum(pg_total_relation_size(c.oid)) as value from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
}

async function numberOf(place: Pick<PostgresServer, 'url'>, query: string): Promise<number> {
  return asSuperuser(place, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(query);
    return rowSchema.parse(rows)[0]?.value ?? Number.NaN;
  });
}
