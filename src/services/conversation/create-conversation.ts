import { and, asc, eq } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { channels, conversations } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import { AppError, invalidField } from '../../domain/errors';
import { isOptOut } from '../../domain/opt-out-words';
import { findOrCreateContact, LostCreateRace, type ContactInput } from '../contact/find-or-create-contact';
import { isOptedOut } from '../contact/opt-out-contact';
import type { ContactRow } from './thread';
import type { VerbContext } from '../verb-context';
import { LANES, noteStage, type Lane } from './change-thread';
import { newestSequence, openEpisode } from './open-episode';
import { insertMessage, optOutByWord, type MessageInput } from './record-message';
import { checkSentAt } from './sent-at';
import { lockContactThreads, readThread, type Thread } from './thread';

export interface CreateConversationInput {
  externalId?: string | undefined;
  contact: ContactInput;
  channel?: ChannelKind | undefined;
  sequence?: string | undefined;
  /** undefined: our word went out just now. null: nothing was said, nothing is armed (import). */
  lastMessage?: MessageInput | null | undefined;
  variables?: Record<string, unknown> | undefined;
}

export interface CreateConversationResult {
  created: boolean;
  thread: Thread;
}

/**
 * Writes contact, conversation, first message, episode 1 with its first due time and the outbox row in one transaction.
 * A known `externalId` answers the stored conversation and changes nothing. Throws unknown_sequence,
 * channel_not_configured, validation_failed, conflict; LostCreateRace asks the caller to run the transaction again.
 */
export async function createConversation(
  ctx: VerbContext,
  input: CreateConversationInput,
  lane: Lane = LANES.start,
): Promise<CreateConversationResult> {
  const existing = await findByExternalId(ctx, input.externalId);
  if (existing) return { created: false, thread: await readThread(ctx, existing) };
  const channel = await resolveChannel(ctx, input.channel);
  const sequenceName = input.sequence ?? 'default';
  await newestSequence(ctx, sequenceName);
  const contact = await findOrCreateContact(ctx, input.contact);
  checkAddress(contact, channel);
  const optedOut = isOptedOut(contact, channel);
  const arms = !optedOut && input.lastMessage !== null && input.lastMessage?.direction !== 'inbound';
  const id = uuidv7();
  const inserted = await ctx.tx
    .insert(conversations)
    .values({
      organizationId: ctx.organizationId,
      id,
      externalId: input.externalId ?? null,
      contactId: contact.id,
      channel,
      sequenceName,
      stage: optedOut ? 'opted_out' : arms ? 'new' : 'engaged',
      stopReason: optedOut ? 'opted_out' : null,
      variables: input.variables ?? {},
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    .onConflictDoNothing()
    .returning({ id: conversations.id });
  if (inserted.length === 0) throw new LostCreateRace();
  const thread = await readThread(ctx, id);
  await noteStage(ctx, thread, null, { reason: thread.conversation.stopReason });
  await firstWord(ctx, thread, input.lastMessage, arms ? lane : null);
  return { created: true, thread };
}

async function firstWord(
  ctx: VerbContext,
  thread: Thread,
  word: MessageInput | null | undefined,
  lane: Lane | null,
) {
  const sentAt = checkSentAt(word?.sentAt, thread.now, 'lastMessage.sentAt');
  if (lane !== null) await openEpisode(ctx, thread, sentAt, lane);
  if (word !== null) await insertMessage(ctx, thread, word ?? { direction: 'outbound', text: null }, sentAt);
  if (word?.direction === 'inbound') await hearFirstWord(ctx, thread, word.text ?? '', sentAt);
}

/** An opt-out word counts as one here too: a chat may be brought to us after the contact said it. */
async function hearFirstWord(ctx: VerbContext, thread: Thread, text: string, sentAt: Date) {
  if (isOptOut(text)) {
    const threads = await lockContactThreads(ctx, thread.contact.id);
    const others = threads.filter(({ conversation }) => conversation.id !== thread.conversation.id);
    await optOutByWord(ctx, [...others, thread], thread);
    return;
  }
  const lastInboundAt = new Date(Math.min(sentAt.getTime(), thread.now.getTime()));
  await ctx.tx
    .update(conversations)
    .set({ lastInboundAt })
    .where(
      and(eq(conversations.organizationId, ctx.organizationId), eq(conversations.id, thread.conversation.id)),
    );
}

async function findByExternalId({ tx, organizationId }: VerbContext, externalId: string | undefined) {
  if (externalId === undefined) return undefined;
  const [row] = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.organizationId, organizationId), eq(conversations.externalId, externalId)));
  return row?.id;
}

async function resolveChannel(ctx: VerbContext, wanted: ChannelKind | undefined): Promise<ChannelKind> {
  const configured = await ctx.tx
    .select({ kind: channels.kind })
    .from(channels)
    .where(eq(channels.organizationId, ctx.organizationId))
    .orderBy(asc(channels.createdAt), asc(channels.kind));
  return chooseChannel(
    configured.map(({ kind }) => kind),
    wanted,
  );
}

/** The wanted channel, else the first configured one. Throws channel_not_configured. */
export function chooseChannel(kinds: readonly ChannelKind[], wanted: ChannelKind | undefined): ChannelKind {
  const channel = wanted ?? kinds[0];
  if (!channel) {
    throw invalidField(
      'channel',
      'no channel is configured: PUT /v1/channels/webhook first',
      'channel_not_configured',
    );
  }
  if (!kinds.includes(channel)) {
    throw invalidField('channel', `the channel "${channel}" is not configured`, 'channel_not_configured');
  }
  return channel;
}

/** Throws validation_failed for a contact that the channel cannot reach, or that nobody could find again. */
export function checkAddress(
  contact: Pick<ContactRow, 'email' | 'phone' | 'externalId'>,
  channel: ChannelKind,
) {
  if (channel === 'email' && !contact.email)
    throw invalidField('contact.email', 'is needed for the channel email');
  if (!contact.email && !contact.phone && !contact.externalId) {
    throw new AppError('validation_failed', 'contact: needs a phone, an e-mail or an externalId', {
      errors: [{ path: 'contact', message: 'needs a phone, an e-mail or an externalId' }],
    });
  }
}
