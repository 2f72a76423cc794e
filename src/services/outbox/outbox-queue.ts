import { and, count, eq, gt, lte, min, sql, type SQL } from 'drizzle-orm';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import { asSystem, systemQueries, type Database, type Tx } from '../../db/client';
import { defineStatement } from '../../db/define-statement';
import { episodes, outbox } from '../../db/schema';
import { LANES, RELAY_AFTER_SECONDS } from '../conversation/change-thread';

/** A relay that dies with rows in hand gives them back after this. */
const LEASE_SECONDS = 10;
const LONGEST_BACKOFF_SECONDS = 5;

/** Leases up to `limit` rows of the lanes; several relays never take the same. System role: ids only. */
export async function leaseRows(system: Database, lanes: number[], limit: number): Promise<EpisodeRef[]> {
  if (limit <= 0) return [];
  return leaseStatement(systemQueries(system)).execute({ lanes, limit });
}

/** Leases live starts that could wait longer, the oldest first: none that was tried before, or is its request's still. */
export async function leasePatientStarts(system: Database, limit: number): Promise<EpisodeRef[]> {
  if (limit <= 0) return [];
  return leasePatientStatement(systemQueries(system)).execute({ lane: LANES.start, limit });
}

const leaseStatement = defineStatement((tx) =>
  lease(
    tx,
    and(sql`${outbox.lane} = any(${sql.placeholder('lanes')}::int[])`, lte(outbox.availableAt, sql`now()`)),
  ).prepare('lease_outbox_rows'),
);

const leasePatientStatement = defineStatement((tx) =>
  lease(
    tx,
    and(
      eq(outbox.lane, sql.placeholder('lane')),
      gt(outbox.availableAt, sql`now()`),
      eq(outbox.attempts, 0),
      lte(outbox.createdAt, sql`now() - make_interval(secs => ${sql.raw(String(RELAY_AFTER_SECONDS))})`),
    ),
  ).prepare('lease_patient_starts'),
);

function lease(tx: Tx, which: SQL | undefined) {
  const free = tx
    .select({ row: sql`ctid` })
    .from(outbox)
    .where(which)
    .orderBy(outbox.lane, outbox.availableAt)
    .limit(sql.placeholder('limit'))
    .for('update', { skipLocked: true });
  return tx
    .update(outbox)
    .set({
      attempts: sql`${outbox.attempts} + 1`,
      availableAt: sql`now() + make_interval(secs => ${sql.raw(String(LEASE_SECONDS))})`,
    })
    .where(sql`ctid = any(array(${free}))`)
    .returning({
      organizationId: outbox.organizationId,
      conversationId: outbox.conversationId,
      episode: outbox.episode,
    });
}

/** Gives a row back after a failed delivery, to be tried again soon: doubling from half a second to five. */
export async function returnRow(system: Database, ref: EpisodeRef): Promise<void> {
  await returnStatement(systemQueries(system)).execute({ ...ref });
}

const returnStatement = defineStatement((tx) => {
  const backoff = sql`least(${sql.raw(String(LONGEST_BACKOFF_SECONDS))}, 0.25 * power(2, least(${outbox.attempts}, 8)))`;
  return tx
    .update(outbox)
    .set({ availableAt: sql`now() + make_interval(secs => ${backoff})` })
    .where(
      and(
        eq(outbox.organizationId, sql.placeholder('organizationId')),
        eq(outbox.conversationId, sql.placeholder('conversationId')),
        eq(outbox.episode, sql.placeholder('episode')),
      ),
    )
    .prepare('return_outbox_row');
});

export interface OutboxPressure {
  rows: number;
  oldestSeconds: number;
  /** Waiting episodes whose workflow runs, due since more than a moment and less than half a minute. */
  lateEpisodes: number;
}

/**
 * What the relay looks at once a second. Long overdue episodes (a provider that is away) are no pressure, nor is
 * one that was never started: slower starts would make it later.
 */
export async function readPressure(system: Database): Promise<OutboxPressure> {
  return asSystem(system, async (tx) => {
    const oldest = sql<number>`coalesce(extract(epoch from now() - ${min(outbox.createdAt)}), 0)::float8`;
    const [waiting] = await tx.select({ rows: count(), oldestSeconds: oldest }).from(outbox);
    const late = sql`${episodes.nextDueAt} between now() - interval '30 seconds' and now() - interval '300 ms'`;
    const [overdue] = await tx
      .select({ episodes: count() })
      .from(episodes)
      .where(and(eq(episodes.state, 'waiting'), gt(episodes.deliveredRevision, 0), late));
    return {
      rows: waiting?.rows ?? 0,
      oldestSeconds: waiting?.oldestSeconds ?? 0,
      lateEpisodes: overdue?.episodes ?? 0,
    };
  });
}
