import { and, eq, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { defineStatement } from '../../db/define-statement';
import { messages } from '../../db/schema';
import { together } from '../../db/together';
import { isHeld, type Author, type Direction } from '../../domain/conversation';
import { isOptOut } from '../../domain/opt-out-words';
import { addOptOut, isOptedOut, optOutThreads } from '../contact/opt-out-contact';
import type { VerbContext } from '../verb-context';
import { raiseFence } from './change-thread';
import { isEchoOfNudge } from './echo';
import { endEpisode } from './end-episode';
import { inFlightOf, type InFlight } from './in-flight';
import { insertMessageRow } from './insert-statements';
import { openEpisode } from './open-episode';
import { reanchorEpisode } from './reanchor-episode';
import { checkSentAt } from './sent-at';
import {
  isRunning,
  lockContactThreads,
  lockThread,
  readThread,
  unknownConversation,
  type Thread,
} from './thread';

export interface MessageInput {
  direction: Direction;
  text: string | null;
  sentAt?: Date | undefined;
  externalId?: string | undefined;
  author?: Author | undefined;
}

export type MessageRow = typeof messages.$inferSelect;
export type MessageEffect = 'stopped' | 'started' | 'reanchored' | 'opted_out' | 'none';

export interface MessageResult {
  /** True when this external id was stored before: nothing was changed. */
  duplicate: boolean;
  message: MessageRow;
  effect: MessageEffect;
  inFlight: InFlight[];
  thread: Thread;
}

/**
 * Stores a word of either side and what follows from it, in one transaction: an inbound one stops the episode (or opts
 * the contact out), an outbound one opens or re-anchors one. Throws not_found, validation_failed.
 */
export async function recordMessage(
  ctx: VerbContext,
  conversationId: string,
  input: MessageInput,
): Promise<MessageResult> {
  const optsOut = input.direction === 'inbound' && isOptOut(input.text ?? '');
  const threads = optsOut ? await lockAll(ctx, conversationId) : [await lockThread(ctx, conversationId)];
  const thread = threads.find(({ conversation }) => conversation.id === conversationId);
  if (!thread) throw unknownConversation();
  const ids = threads.map(({ conversation }) => conversation.id);
  const [stored, inFlight] = await together([
    findMessage(ctx, conversationId, input.externalId),
    inFlightOf(ctx, ids),
  ]);
  if (stored) return { duplicate: true, message: stored, effect: 'none', inFlight: [], thread };

  const sentAt = checkSentAt(input.sentAt, thread.now);
  const echo = input.direction === 'outbound' && (await isEchoOfNudge(ctx, thread, input, sentAt));
  const takeEffect = (): Promise<MessageEffect> | MessageEffect => {
    if (optsOut) return optOutByWord(ctx, threads, thread);
    if (input.direction === 'inbound') return hearContact(ctx, thread, sentAt);
    return echo ? 'none' : speak(ctx, thread, sentAt);
  };
  const [message, effect] = await together([insertMessage(ctx, thread, input, sentAt), takeEffect()]);
  return { duplicate: false, message, effect, inFlight, thread };
}

async function lockAll(ctx: VerbContext, conversationId: string) {
  const { contact } = await readThread(ctx, conversationId);
  return lockContactThreads(ctx, contact.id);
}

async function findMessage({ tx, organizationId }: VerbContext, conversationId: string, externalId?: string) {
  if (externalId === undefined) return undefined;
  const [row] = await messageByExternalId(tx).execute({ organizationId, conversationId, externalId });
  return row;
}

const messageByExternalId = defineStatement((tx) =>
  tx
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, sql.placeholder('organizationId')),
        eq(messages.conversationId, sql.placeholder('conversationId')),
        eq(messages.externalId, sql.placeholder('externalId')),
      ),
    )
    .prepare('message_by_external_id'),
);

/** Stores the word; the caller holds the conversation's lock. */
export async function insertMessage(ctx: VerbContext, thread: Thread, input: MessageInput, sentAt: Date) {
  const { id: conversationId, episode } = thread.conversation;
  const [row] = await insertMessageRow(ctx.tx).execute({
    organizationId: ctx.organizationId,
    id: uuidv7(),
    conversationId,
    episode,
    externalId: input.externalId ?? null,
    direction: input.direction,
    author: input.author ?? (input.direction === 'inbound' ? 'contact' : 'agent'),
    text: input.text,
    sentAt,
    createdAt: thread.now,
  });
  if (!row) throw new Error('the message was not stored');
  return row;
}

/** Our clock bounds what the caller says: a word from the near future must not make our next one look late. */
const heardAt = (thread: Thread, sentAt: Date): Date => {
  const latest = Math.max(sentAt.getTime(), thread.conversation.lastInboundAt?.getTime() ?? 0);
  return new Date(Math.min(latest, thread.now.getTime()));
};

/** The word `thread` heard opts its contact out everywhere; `threads` are all of the contact's, locked. */
export async function optOutByWord(
  ctx: VerbContext,
  threads: Thread[],
  thread: Thread,
): Promise<MessageEffect> {
  const before = thread.contact.optOuts.includes('all');
  await optOutThreads(ctx, threads, 'all');
  thread.contact = await addOptOut(ctx, thread.contact.id, 'all');
  await raiseFence(ctx, thread, { lastInboundAt: thread.now });
  return before ? 'none' : 'opted_out';
}

async function hearContact(ctx: VerbContext, thread: Thread, sentAt: Date): Promise<MessageEffect> {
  const lastInboundAt = heardAt(thread, sentAt);
  const { stopReason, stage } = thread.conversation;
  if (isRunning(thread) || stopReason === 'ghosted' || stopReason === 'cancelled') {
    await endEpisode(ctx, thread, 'replied', { lastInboundAt });
    return 'stopped';
  }
  await raiseFence(ctx, thread, { lastInboundAt, stage: stage === 'new' ? 'engaged' : stage });
  return 'none';
}

async function speak(ctx: VerbContext, thread: Thread, sentAt: Date): Promise<MessageEffect> {
  const { stopReason, lastInboundAt, channel } = thread.conversation;
  if (isHeld(stopReason) || isOptedOut(thread.contact, channel)) {
    await raiseFence(ctx, thread, {});
    return 'none';
  }
  if (isRunning(thread)) return (await reanchorEpisode(ctx, thread, sentAt)) ? 'reanchored' : 'none';
  const lastWordAt = Math.max(lastInboundAt?.getTime() ?? 0, thread.episode?.anchorAt.getTime() ?? 0);
  if (sentAt.getTime() < lastWordAt) return 'none';
  await openEpisode(ctx, thread, sentAt);
  return 'started';
}
