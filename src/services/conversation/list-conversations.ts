import { and, desc, eq, lt, type SQL } from 'drizzle-orm';
import { conversations, episodes } from '../../db/schema';
import type { Stage } from '../../domain/conversation';
import type { VerbContext } from '../verb-context';
import { threadQuery, toThread, type Thread } from './thread';

export interface ConversationFilters {
  stage?: Stage | undefined;
  contactId?: string | undefined;
  externalId?: string | undefined;
  sequence?: string | undefined;
  /** Waiting, with something due before this instant. */
  dueBefore?: Date | undefined;
}

/** Newest first. `afterId` is the last one already seen; one row more than `limit` tells of a next page. */
export async function listConversations(
  { tx, organizationId, now }: VerbContext,
  filters: ConversationFilters,
  page: { limit: number; afterId: string | undefined },
): Promise<Thread[]> {
  const wanted: SQL[] = [eq(conversations.organizationId, organizationId)];
  if (page.afterId !== undefined) wanted.push(lt(conversations.id, page.afterId));
  if (filters.stage !== undefined) wanted.push(eq(conversations.stage, filters.stage));
  if (filters.contactId !== undefined) wanted.push(eq(conversations.contactId, filters.contactId));
  if (filters.externalId !== undefined) wanted.push(eq(conversations.externalId, filters.externalId));
  if (filters.sequence !== undefined) wanted.push(eq(conversations.sequenceName, filters.sequence));
  if (filters.dueBefore !== undefined) {
    wanted.push(eq(episodes.state, 'waiting'), lt(episodes.nextDueAt, filters.dueBefore));
  }
  const rows = await threadQuery(tx)
    .where(and(...wanted))
    .orderBy(desc(conversations.id))
    .limit(page.limit + 1);
  return rows.map((row) => toThread(row, now));
}
