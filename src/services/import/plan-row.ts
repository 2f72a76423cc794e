import { v7 as uuidv7 } from 'uuid';
import type { contacts, conversations, decisions, episodes, messages, stageChanges } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import { checkAddress, standing, type CreateConversationInput } from '../conversation/create-conversation';
import { isOptedOut } from '../contact/opt-out-contact';
import { openingColumns, planOpening } from '../conversation/open-episode';
import { skipNotes } from '../conversation/plan-episode';
import type { MessageInput } from '../conversation/record-message';
import { checkSentAt } from '../conversation/sent-at';
import type { ContactRow, OrganizationRow, SequenceRow } from '../conversation/thread';

/** All rows that `createConversation` would write for a conversation with a contact nobody knows yet. */
export interface PlannedRow {
  /** null for a contact that exists already. */
  contact: typeof contacts.$inferInsert | null;
  conversation: typeof conversations.$inferInsert;
  episode: typeof episodes.$inferInsert | null;
  stageChange: typeof stageChanges.$inferInsert;
  decisions: (typeof decisions.$inferInsert)[];
  message: typeof messages.$inferInsert | null;
}

export interface PlanRowFacts {
  organization: OrganizationRow;
  channel: ChannelKind;
  sequence: SequenceRow;
  /** As it will stand with what the row says of it; null makes a new one. */
  contact: ContactRow | null;
  now: Date;
}

type Word = MessageInput | null;
type Owner = { organizationId: string; conversationId: string };

/** The fence a conversation is born with, and so the first revision of its first episode. */
const BORN_FENCE = 1;

/**
 * `createConversation` for many rows at once: it decides by the same rules and writes the same rows (a test compares
 * them), but in memory. Throws validation_failed.
 */
export function planRow(facts: PlanRowFacts, input: CreateConversationInput): PlannedRow {
  const { channel, sequence, now } = facts;
  const { id: organizationId } = facts.organization;
  const made = facts.contact ? null : newContact(organizationId, input, now);
  const contact = facts.contact ?? made;
  if (!contact) throw new Error('a row has either a known contact or a new one');
  checkAddress(contact, channel);
  const word: Word =
    input.lastMessage === undefined ? { direction: 'outbound', text: null } : input.lastMessage;
  const sentAt = checkSentAt(word?.sentAt, now, 'lastMessage.sentAt');
  const optedOut = isOptedOut(contact, channel);
  const arms = word?.direction === 'outbound' && !optedOut;
  const opening = arms
    ? planOpening({ organization: facts.organization, contact, now }, sequence, sentAt)
    : null;
  const stands = standing(opening, optedOut);
  const owner = { organizationId, conversationId: uuidv7() };
  const { episode, stage: toStage, stopReason: reason } = stands;
  const skips = opening?.plan ? skipNotes(opening.plan, now) : [];
  return {
    contact: made,
    conversation: {
      organizationId,
      id: owner.conversationId,
      externalId: input.externalId ?? null,
      contactId: contact.id,
      channel,
      sequenceName: sequence.name,
      fence: BORN_FENCE,
      ...stands,
      variables: input.variables ?? {},
      lastInboundAt: word?.direction === 'inbound' ? earlier(sentAt, now) : null,
      createdAt: now,
      updatedAt: now,
    },
    episode: opening && {
      ...owner,
      number: episode,
      revision: BORN_FENCE,
      updatedAt: now,
      ...openingColumns(opening, now),
    },
    stageChange: { ...owner, id: uuidv7(), episode, fromStage: null, toStage, reason, at: now },
    decisions: skips.map((skip) => ({ ...owner, id: uuidv7(), episode, at: now, ...skip })),
    message: word ? newMessage(owner, word, episode, sentAt, now) : null,
  };
}

const earlier = (one: Date, other: Date): Date => (one.getTime() < other.getTime() ? one : other);

function newContact(organizationId: string, { contact: input }: CreateConversationInput, now: Date) {
  return {
    organizationId,
    id: uuidv7(),
    externalId: input.externalId ?? null,
    name: input.name ?? null,
    email: input.email ?? null,
    phone: input.phone ?? null,
    timeZone: input.timeZone ?? null,
    locale: input.locale ?? null,
    attributes: input.attributes ?? {},
    optOuts: [],
    createdAt: now,
    updatedAt: now,
  };
}

function newMessage(owner: Owner, word: MessageInput, episode: number, sentAt: Date, createdAt: Date) {
  return {
    ...owner,
    id: uuidv7(),
    episode,
    externalId: word.externalId ?? null,
    direction: word.direction,
    author: word.author ?? (word.direction === 'inbound' ? ('contact' as const) : ('agent' as const)),
    text: word.text,
    sentAt,
    createdAt,
  };
}
