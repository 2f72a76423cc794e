import { and, asc, eq, gt, lt, or, type SQL } from 'drizzle-orm';
import { conversations, episodes } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import { threadQuery, toThread, type Thread } from './thread';

export interface DuePlace {
  dueAt: Date;
  conversationId: string;
}

/** What comes next over all conversations, earliest first; only waiting episodes have a due time. */
export async function listDue(
  { tx, organizationId, now }: VerbContext,
  before: Date | undefined,
  page: { limit: number; after: DuePlace | undefined },
): Promise<(Thread & { dueAt: Date })[]> {
  const wanted: (SQL | undefined)[] = [
    eq(episodes.organizationId, organizationId),
    eq(episodes.state, 'waiting'),
    before && lt(episodes.nextDueAt, before),
    page.after && isBehind(page.after),
  ];
  const rows = await threadQuery(tx)
    .where(and(eq(conversations.organizationId, organizationId), ...wanted))
    .orderBy(asc(episodes.nextDueAt), asc(episodes.conversationId))
    .limit(page.limit + 1);
  return rows.flatMap((row) => {
    const dueAt = row.episode?.nextDueAt;
    return dueAt ? [{ ...toThread(row, now), dueAt }] : [];
  });
}

function isBehind({ dueAt, conversationId }: DuePlace): SQL | undefined {
  const sameTime = and(eq(episodes.nextDueAt, dueAt), gt(episodes.conversationId, conversationId));
  return or(gt(episodes.nextDueAt, dueAt), sameTime);
}
