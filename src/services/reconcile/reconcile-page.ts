import { and, asc, eq, gt, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { ReconcileCursor, ReconcilePage } from '../../contracts/reconcile-workflow';
import { asSystem, type Database } from '../../db/client';
import { episodes, outbox } from '../../db/schema';
import { LANES } from '../conversation/change-thread';
import type { EngineClient } from '../ports';

const PAGE_SIZE = 500;

export interface ReconcileDependencies {
  system: Database;
  engine: EngineClient;
  /** Real time: episodes touched within the last `settleMs` are left to the outbox. */
  now(): Date;
  settleMs: number;
}

/** Default age before an untouched episode is examined. */
export const SETTLE_MS = 5 * 60_000;

/**
 * One page of running episodes that nobody touched lately and for which no outbox row waits. A workflow that is missing,
 * or behind the episode's revision, gets an outbox row: the relay does the rest.
 */
export async function reconcilePage(
  deps: ReconcileDependencies,
  after: ReconcileCursor | null,
): Promise<ReconcilePage> {
  const page = await readPage(deps, after);
  const open = page.length === 0 ? [] : await deps.engine.areOpen(page);
  const wanting = page.filter((row, i) => !open[i] || row.deliveredRevision < row.revision);
  if (wanting.length > 0) await insertRows(deps.system, wanting);
  const last = page.length === PAGE_SIZE ? page.at(-1) : undefined;
  const next = last ? { conversationId: last.conversationId, episode: last.episode } : null;
  return { next, examined: page.length, repaired: wanting.length };
}

function readPage({ system, now, settleMs }: ReconcileDependencies, after: ReconcileCursor | null) {
  const beyond = after
    ? or(
        gt(episodes.conversationId, after.conversationId),
        and(eq(episodes.conversationId, after.conversationId), gt(episodes.number, after.episode)),
      )
    : undefined;
  return asSystem(system, (tx) =>
    tx
      .select({
        organizationId: episodes.organizationId,
        conversationId: episodes.conversationId,
        episode: episodes.number,
        revision: episodes.revision,
        deliveredRevision: episodes.deliveredRevision,
      })
      .from(episodes)
      .leftJoin(
        outbox,
        and(
          eq(outbox.organizationId, episodes.organizationId),
          eq(outbox.conversationId, episodes.conversationId),
          eq(outbox.episode, episodes.number),
        ),
      )
      .where(
        and(
          ne(episodes.state, 'ended'),
          lt(episodes.updatedAt, new Date(now().getTime() - settleMs)),
          isNull(outbox.revision),
          beyond,
        ),
      )
      .orderBy(asc(episodes.conversationId), asc(episodes.number))
      .limit(PAGE_SIZE),
  );
}

type Wanting = Awaited<ReturnType<typeof readPage>>;

async function insertRows(system: Database, rows: Wanting) {
  await asSystem(system, (tx) =>
    tx
      .insert(outbox)
      .values(
        rows.map(({ organizationId, conversationId, episode, revision }) => ({
          organizationId,
          conversationId,
          episode,
          revision,
          lane: LANES.bulk,
          availableAt: sql`now()`,
        })),
      )
      .onConflictDoNothing(),
  );
}
