import { Client } from 'pg';
import { waitFor } from '../../test/support/wait-for';

/** Locks that keep the worker standing at a chosen point. */
export interface Hold {
  /** Resolves when `count` statements of others wait for a lock. */
  blocked(count: number): Promise<void>;
  release(): Promise<void>;
}

/** Locks conversations, as a verb of ours would: every claim, word and record of theirs waits. */
export async function holdConversations(
  databaseUrl: string,
  organizationId: string,
  ids: readonly string[],
): Promise<Hold> {
  const client = await asOrganization(databaseUrl, organizationId);
  await client.query('select id from conversations where id = any($1::uuid[]) for update', [ids]);
  return {
    blocked: (count) =>
      waitFor('the worker to stand at the lock', async () => {
        // A transaction keeps the activity that it saw first: a connection opened since then would not be counted.
        await client.query('select pg_stat_clear_snapshot()');
        const { rows } = await client.query<{ blocked: number }>(
          `select count(distinct pid)::int as blocked from pg_locks join pg_stat_activity using (pid)
          where datname = current_database() and not granted`,
        );
        return (rows[0]?.blocked ?? 0) >= count;
      }).then(() => undefined),
    async release() {
      await client.query('rollback');
      await client.end();
    },
  };
}

export interface DeliveryFacts {
  conversationId: string;
  status: string;
}

/** What the engine believes became of each hand-over: only ever compared with what the judge saw. */
export async function readDeliveries(databaseUrl: string, organizationId: string): Promise<DeliveryFacts[]> {
  const client = await asOrganization(databaseUrl, organizationId);
  try {
    const { rows } = await client.query<DeliveryFacts>(
      'select conversation_id as "conversationId", status from deliveries',
    );
    return rows;
  } finally {
    await client.end();
  }
}

/** In a transaction of that organization: row security binds the owner too. */
export async function asOrganization(databaseUrl: string, organizationId: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  // Unheard, the end of a server that stops below it would end us, and hide why the proof failed.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin; set local role followthrough_app');
  await client.query(`select set_config('app.organization_id', $1, true)`, [organizationId]);
  return client;
}
