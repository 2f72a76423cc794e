import { and, eq, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { defineStatement } from '../../db/define-statement';
import { conversations } from '../../db/schema';
import { together } from '../../db/together';
import type { ChannelKind } from '../../domain/conversation';
import { AppError, invalidField } from '../../domain/errors';
import { isOptOut } from '../../domain/opt-out-words';
import {
  insertContact,
  lockContact,
  LostCreateRace,
  updateContact,
  type ContactInput,
} from '../contact/contact-row';
import { isOptedOut } from '../contact/opt-out-contact';
import type { VerbContext } from '../verb-context';
import { LANES, noteStage, type Lane } from './change-thread';
import { insertConversation } from './insert-statements';
import { planOpening, standingAt, storeOpening, type Opening } from './open-episode';
import { readOpeningFacts, unknownSequence } from './opening-facts';
import { insertMessage, optOutByWord, type MessageInput } from './record-message';
import { checkSentAt } from './sent-at';
import { lockContactThreads, readThread, type ContactRow, type Thread } from './thread';

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
  const sequenceName = input.sequence ?? 'default';
  const [existing, facts, known] = await together([
    findByExternalId(ctx, input.externalId),
    readOpeningFacts(ctx, sequenceName),
    lockContact(ctx, input.contact),
  ]);
  if (existing) return { created: false, thread: await readThread(ctx, existing) };
  const { organization, sequence } = facts;
  if (!sequence) throw unknownSequence(sequenceName);
  const channel = chooseChannel(facts.channelKinds, input.channel);
  const contact = await (known
    ? updateContact(ctx, known, input.contact)
    : insertContact(ctx, input.contact));
  checkAddress(contact, channel);
  const word =
    input.lastMessage === undefined ? { direction: 'outbound' as const, text: null } : input.lastMessage;
  const sentAt = checkSentAt(word?.sentAt, ctx.now, 'lastMessage.sentAt');
  const optedOut = isOptedOut(contact, channel);
  const arms = !optedOut && word?.direction === 'outbound';
  const opening = arms ? planOpening({ organization, contact, now: ctx.now }, sequence, sentAt) : null;
  const [conversation] = await insertConversation(ctx.tx).execute({
    organizationId: ctx.organizationId,
    id: uuidv7(),
    externalId: input.externalId ?? null,
    contactId: contact.id,
    channel,
    sequenceName: sequence.name,
    ...standing(opening, optedOut),
    variables: JSON.stringify(input.variables ?? {}),
    lastInboundAt: word?.direction === 'inbound' ? earlier(sentAt, ctx.now) : null,
    createdAt: ctx.now,
  });
  if (!conversation) throw new LostCreateRace();
  const thread = { organization, contact, conversation, episode: null, sequence: null, now: ctx.now };
  await together([
    noteStage(ctx, thread, null, { reason: conversation.stopReason }),
    word ? insertMessage(ctx, thread, word, sentAt) : undefined,
    opening ? storeOpening(ctx, thread, opening, lane) : undefined,
  ]);
  if (word?.direction === 'inbound' && isOptOut(word.text ?? '')) await optOutByFirstWord(ctx, thread);
  return { created: true, thread };
}

/** Where a new conversation stands: with its first episode open, or with nothing to wait for. */
export function standing(opening: Opening | null, optedOut: boolean) {
  if (opening) return { episode: 1, ...standingAt(opening) };
  if (optedOut) return { episode: 0, stage: 'opted_out', stopReason: 'opted_out' } as const;
  return { episode: 0, stage: 'engaged', stopReason: null } as const;
}

/** Our clock bounds what the caller says of the contact's word. */
const earlier = (sentAt: Date, now: Date) => (sentAt.getTime() < now.getTime() ? sentAt : now);

/** An opt-out word counts as one here too: a chat may be brought to us after the contact said it. */
async function optOutByFirstWord(ctx: VerbContext, thread: Thread) {
  const threads = await lockContactThreads(ctx, thread.contact.id);
  const others = threads.filter(({ conversation }) => conversation.id !== thread.conversation.id);
  await optOutByWord(ctx, [...others, thread], thread);
}

async function findByExternalId({ tx, organizationId }: VerbContext, externalId: string | undefined) {
  if (externalId === undefined) return undefined;
  const [row] = await byExternalId(tx).execute({ organizationId, externalId });
  return row?.id;
}

const byExternalId = defineStatement((tx) =>
  tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        eq(conversations.organizationId, sql.placeholder('organizationId')),
        eq(conversations.externalId, sql.placeholder('externalId')),
      ),
    )
    .prepare('conversation_by_external_id'),
);

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
