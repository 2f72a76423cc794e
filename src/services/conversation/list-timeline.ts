import { and, asc, eq, gt, gte, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { decisions, deliveries, messages, nudges, stageChanges } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import { decisionView } from './list-decisions';
import { readThread } from './thread';

/** At the same instant a word comes before what it brought about, and a decision before its nudge. */
const RANKS = { message: 0, decision: 1, nudge: 2, delivery: 3, stage_change: 4 } as const;
type ItemType = keyof typeof RANKS;

export interface TimelinePlace {
  at: Date;
  type: ItemType;
  id: string;
}

interface Page {
  limit: number;
  after: TimelinePlace | undefined;
}

/**
 * Messages, nudges, deliveries, stage changes and decisions of a conversation as they happened. One row more than
 * `limit` tells of a next page. Throws not_found.
 */
export async function listTimeline(ctx: VerbContext, conversationId: string, page: Page) {
  await readThread(ctx, conversationId);
  const items = [
    ...(await listMessages(ctx, conversationId, page)),
    ...(await listNudges(ctx, conversationId, page)),
    ...(await listDeliveries(ctx, conversationId, page)),
    ...(await listStageChanges(ctx, conversationId, page)),
    ...(await listDecisionItems(ctx, conversationId, page)),
  ];
  return items.sort(inOrder).slice(0, page.limit + 1);
}

interface Ordered {
  at: string;
  type: ItemType;
  id: string;
}

function inOrder(one: Ordered, other: Ordered): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  if (one.type !== other.type) return RANKS[one.type] - RANKS[other.type];
  return one.id < other.id ? -1 : 1;
}

interface TimelineTable {
  organizationId: PgColumn;
  conversationId: PgColumn;
  id: PgColumn;
}

/** Rows of one table, of one conversation, behind the place where the page before ended. */
function behind(
  ctx: VerbContext,
  conversationId: string,
  table: TimelineTable,
  at: PgColumn,
  type: ItemType,
  page: Page,
) {
  const own = [eq(table.organizationId, ctx.organizationId), eq(table.conversationId, conversationId)];
  return and(...own, page.after && isBehind(page.after, table.id, at, type));
}

function isBehind(place: TimelinePlace, id: PgColumn, at: PgColumn, type: ItemType): SQL | undefined {
  if (RANKS[type] < RANKS[place.type]) return gt(at, place.at);
  if (RANKS[type] > RANKS[place.type]) return gte(at, place.at);
  return or(gt(at, place.at), and(eq(at, place.at), gt(id, place.id)));
}

async function listMessages(ctx: VerbContext, conversationId: string, page: Page) {
  const at = messages.sentAt;
  const rows = await ctx.tx
    .select()
    .from(messages)
    .where(behind(ctx, conversationId, messages, at, 'message', page))
    .orderBy(asc(at), asc(messages.id))
    .limit(page.limit + 1);
  return rows.map(({ id, episode, externalId, direction, author, text, sentAt }) => {
    return {
      type: 'message' as const,
      id,
      at: sentAt.toISOString(),
      episode,
      externalId,
      direction,
      author,
      text,
    };
  });
}

async function listNudges(ctx: VerbContext, conversationId: string, page: Page) {
  const at = nudges.createdAt;
  const rows = await ctx.tx
    .select()
    .from(nudges)
    .where(behind(ctx, conversationId, nudges, at, 'nudge', page))
    .orderBy(asc(at), asc(nudges.id))
    .limit(page.limit + 1);
  return rows.map(({ id, episode, step, stage, subject, body, createdAt }) => {
    return {
      type: 'nudge' as const,
      id,
      at: createdAt.toISOString(),
      episode,
      step,
      stage,
      subject,
      text: body,
    };
  });
}

async function listDeliveries(ctx: VerbContext, conversationId: string, page: Page) {
  const at = deliveries.claimedAt;
  const rows = await ctx.tx
    .select()
    .from(deliveries)
    .where(behind(ctx, conversationId, deliveries, at, 'delivery', page))
    .orderBy(asc(at), asc(deliveries.id))
    .limit(page.limit + 1);
  return rows.map((row) => ({
    type: 'delivery' as const,
    id: row.id,
    at: row.claimedAt.toISOString(),
    episode: row.episode,
    step: row.step,
    channel: row.channel,
    status: row.status,
    attempts: row.attempts,
    dueAt: row.dueAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
    final: row.final,
    providerId: row.providerId,
    reason: row.reason,
  }));
}

async function listStageChanges(ctx: VerbContext, conversationId: string, page: Page) {
  const rows = await ctx.tx
    .select()
    .from(stageChanges)
    .where(behind(ctx, conversationId, stageChanges, stageChanges.at, 'stage_change', page))
    .orderBy(asc(stageChanges.at), asc(stageChanges.id))
    .limit(page.limit + 1);
  return rows.map(({ id, episode, fromStage, toStage, reason, note, at }) => ({
    type: 'stage_change' as const,
    id,
    at: at.toISOString(),
    episode,
    from: fromStage,
    to: toStage,
    reason,
    note,
  }));
}

async function listDecisionItems(ctx: VerbContext, conversationId: string, page: Page) {
  const rows = await ctx.tx
    .select()
    .from(decisions)
    .where(behind(ctx, conversationId, decisions, decisions.at, 'decision', page))
    .orderBy(asc(decisions.at), asc(decisions.id))
    .limit(page.limit + 1);
  return rows.map((row) => ({ type: 'decision' as const, ...decisionView(row) }));
}
