import { z } from 'zod';
import {
  AUTHORS,
  CHANNEL_KINDS,
  DEFERRALS,
  DIRECTIONS,
  EPISODE_STATES,
  NEXT_KINDS,
  STAGES,
  STOP_REASONS,
} from '../../domain/conversation';
import { contactInput, contactOut } from './contact';
import { externalId, instant, instantOut, jsonObject, uuid } from './fields';
import { pageOf, pageQuery } from './page';

const text = z.string('must be text').max(20_000, 'must have at most 20,000 characters');
export const sequenceName = z.string('must be text').min(1).max(100, 'must have at most 100 characters');

const wordFields = {
  direction: z.enum(DIRECTIONS),
  sentAt: instant.optional(),
  externalId: externalId.optional(),
  author: z.enum(AUTHORS).optional(),
};

interface Word {
  direction: (typeof DIRECTIONS)[number];
  author?: (typeof AUTHORS)[number] | undefined;
}

/** The contact speaks inbound, agents and bots outbound. */
const speaks = ({ direction, author }: Word) =>
  author === undefined || (author === 'contact') === (direction === 'inbound');
const speaksHint = {
  path: ['author'],
  message: 'must be contact for an inbound word, agent or bot for an outbound one',
};

/** A word that may have no text: "something was said then". */
export const lastMessage = z
  .strictObject({ ...wordFields, text: text.nullable().optional() })
  .refine(speaks, speaksHint)
  .transform((word) => ({ ...word, text: word.text ?? null }))
  .meta({ id: 'LastMessage' });

export const createConversationBody = z
  .strictObject({
    externalId: externalId.optional(),
    contact: contactInput,
    channel: z.enum(CHANNEL_KINDS).optional(),
    sequence: sequenceName.optional(),
    lastMessage: lastMessage.optional(),
    variables: jsonObject.optional(),
  })
  .meta({
    id: 'CreateConversation',
    examples: [
      {
        externalId: 'crm-4711',
        contact: {
          externalId: 'c-9',
          name: 'Ada Lovelace',
          phone: '+442079460000',
          timeZone: 'Europe/London',
        },
        channel: 'webhook',
        sequence: 'default',
        lastMessage: { direction: 'outbound', text: 'Here is your quote.', externalId: 'm-1' },
        variables: { product: 'boiler service' },
      },
    ],
  });

export const messageBody = z
  .strictObject({ ...wordFields, text })
  .refine(speaks, speaksHint)
  .meta({ id: 'MessageInput', examples: [{ direction: 'inbound', text: 'Yes please!' }] });

export const stopBody = z
  .strictObject({
    reason: z.enum(['handed_off', 'closed_won', 'closed_lost', 'opted_out', 'cancelled']),
    note: z.string().max(1_000, 'must have at most 1,000 characters').optional(),
  })
  .meta({ id: 'Stop', examples: [{ reason: 'handed_off', note: 'Ada asked for a call.' }] });

export const pauseBody = z.strictObject({ until: instant.optional() }).meta({ id: 'Pause', examples: [{}] });

export const conversationsQuery = z.strictObject({
  stage: z.enum(STAGES).optional(),
  contactId: uuid.optional(),
  externalId: externalId.optional(),
  sequence: sequenceName.optional(),
  dueBefore: instant.optional(),
  ...pageQuery,
});

export const dueQuery = z.strictObject({ before: instant.optional(), ...pageQuery });
export const timelineQuery = z.strictObject(pageQuery);

const next = z
  .strictObject({
    kind: z.enum(NEXT_KINDS),
    step: z.int(),
    stage: z.enum(STAGES).meta({ description: 'The stage this step leads to' }),
    dueAt: instantOut.nullable().meta({ description: 'null while paused' }),
    deferredBy: z.enum(DEFERRALS).nullable(),
  })
  .meta({ id: 'Next' });

const episode = z
  .strictObject({
    number: z.int(),
    state: z.enum(EPISODE_STATES),
    openedAt: instantOut,
    anchorAt: instantOut.meta({ description: 'Our latest word, from which steps are measured' }),
    endedAt: instantOut.nullable(),
    stopReason: z.enum(STOP_REASONS).nullable(),
    nudgesSent: z.int(),
    pausedUntil: instantOut.nullable(),
    next: next.nullable(),
  })
  .meta({ id: 'Episode' });

const conversationFields = {
  id: z.string(),
  externalId: z.string().nullable(),
  stage: z.enum(STAGES),
  channel: z.enum(CHANNEL_KINDS),
  contact: contactOut,
  sequence: z.strictObject({
    name: z.string(),
    version: z.int().nullable().meta({ description: 'The version the episode is pinned to' }),
  }),
  episode: episode.nullable(),
  variables: z.record(z.string(), z.unknown()),
  createdAt: instantOut,
  updatedAt: instantOut,
  links: z.strictObject({ self: z.string(), timeline: z.string(), temporal: z.string().nullable() }),
};

export const conversationOut = z.strictObject(conversationFields).meta({ id: 'Conversation' });
export const conversationPage = pageOf(conversationOut);

/** The due list says beside each conversation what it is ordered by. */
export const duePage = pageOf(
  z.strictObject({ ...conversationFields, dueAt: instantOut }).meta({ id: 'DueConversation' }),
);

export const inFlightOut = z
  .strictObject({ deliveryId: z.string(), conversationId: z.string(), step: z.int(), claimedAt: instantOut })
  .meta({ id: 'InFlight', description: 'A delivery claimed before this change and not yet settled' });

const messageOut = z
  .strictObject({
    id: z.string(),
    conversationId: z.string(),
    episode: z.int(),
    externalId: z.string().nullable(),
    direction: z.enum(DIRECTIONS),
    author: z.enum(AUTHORS),
    text: z.string().nullable(),
    sentAt: instantOut,
    createdAt: instantOut,
  })
  .meta({ id: 'Message' });

export const messageAnswer = z.strictObject({
  message: messageOut,
  effect: z.enum(['stopped', 'started', 'reanchored', 'opted_out', 'none']),
  inFlight: z.array(inFlightOut),
  conversation: conversationOut,
});

export const stopAnswer = z.strictObject({
  effect: z.enum(['stopped', 'none']),
  inFlight: z.array(inFlightOut),
  conversation: conversationOut,
});
