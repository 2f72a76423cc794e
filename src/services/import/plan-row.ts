import { v7 as uuidv7 } from 'uuid';
import type { contacts, conversations, decisions, episodes, messages, stageChanges } from '../../db/schema';
import type { ChannelKind, Stage, StopReason } from '../../domain/conversation';
import { wholeLifeMs } from '../../domain/ladder';
import { planFrom } from '../../domain/plan';
import { checkAddress, type CreateConversationInput } from '../conversation/create-conversation';
import { isOptedOut } from '../contact/opt-out-contact';
import { nextColumns, skipNotes } from '../conversation/plan-episode';
import type { MessageInput } from '../conversation/record-message';
import { checkSentAt } from '../conversation/sent-at';
import { rulesFor, type ContactRow, type OrganizationRow, type SequenceRow } from '../conversation/thread';

/** All rows that `createConversation` would write for a conversation with a contact nobody knows yet. */
export interface PlannedRow {
  /** null for a contact that exists already. */
  contact: typeof contacts.$inferInsert | null;
  conversation: typeof conversations.$inferInsert;
  episode: typeof episodes.$inferInsert | null;
  stageChanges: (typeof stageChanges.$inferInsert)[];
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

/** The fence a conversation is born with, and the one after its first episode opened. */
const BORN_FENCE = 1;
const OPENED_FENCE = 2;

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
  const life = arms ? openLife(facts, contact, sentAt) : null;
  const born = optedOut ? 'opted_out' : arms ? 'new' : 'engaged';
  const stage = life?.stage ?? born;
  const stopReason = life?.episode.stopReason ?? (optedOut ? 'opted_out' : null);
  const owner = { organizationId, conversationId: uuidv7() };
  const episode = life ? 1 : 0;
  return {
    contact: made,
    conversation: {
      organizationId,
      id: owner.conversationId,
      externalId: input.externalId ?? null,
      contactId: contact.id,
      channel,
      sequenceName: sequence.name,
      stage,
      stopReason,
      fence: life ? OPENED_FENCE : BORN_FENCE,
      episode,
      variables: input.variables ?? {},
      lastInboundAt: word?.direction === 'inbound' ? earlier(sentAt, now) : null,
      createdAt: now,
      updatedAt: now,
    },
    episode: life ? { ...owner, ...life.episode } : null,
    stageChanges: stageNotes(owner, born, stage, stopReason, now),
    decisions: (life?.skips ?? []).map((skip) => ({ ...owner, id: uuidv7(), episode, at: now, ...skip })),
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

/** Episode 1: waiting with its first due time, or dead on arrival. */
function openLife(
  { organization, sequence, now }: PlanRowFacts,
  contact: { timeZone: string | null },
  anchorAt: Date,
) {
  const dead = now.getTime() - anchorAt.getTime() >= wholeLifeMs(sequence.ladder);
  const opened = {
    number: 1,
    sequenceId: sequence.id,
    openedAt: now,
    anchorAt,
    revision: OPENED_FENCE,
    updatedAt: now,
  };
  if (dead) {
    const episode = { ...opened, state: 'ended', stopReason: 'ghosted', endedAt: now } as const;
    return { stage: 'ghosted', episode, skips: [] } as const;
  }
  const rules = rulesFor(organization, contact, sequence);
  const plan = planFrom(rules, { anchorAt, lastStepAt: null }, 1, now);
  const episode = { ...opened, state: 'waiting', stopReason: null, ...nextColumns(plan) } as const;
  return { stage: 'new', episode, skips: skipNotes(plan, now) } as const;
}

/** How it was born, and that its silence was over at once. */
function stageNotes(owner: Owner, born: Stage, stage: Stage, reason: StopReason | null, at: Date) {
  const birth = { ...owner, id: uuidv7(), episode: 0, fromStage: null, toStage: born, at };
  if (stage === born) return [{ ...birth, reason }];
  const end = { ...owner, id: uuidv7(), episode: 1, fromStage: born, toStage: stage, reason, at };
  return [{ ...birth, reason: null }, end];
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
