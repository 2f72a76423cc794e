import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ChannelKind, DeliveryStatus } from '../../domain/conversation';
import { instant, organizationId } from './columns';
import { contacts } from './contacts';
import { conversations } from './conversations';

/**
 * The hand-over of one nudge to a provider; its id is the provider's idempotency key, so a step has one row for ever.
 * `callOpen` is set with the claim and with each repeat, and cleared by a definite answer: found set, nobody knows
 * whether the provider accepted. `unanswered` remembers that some call never was. States only move forward:
 * claimed -> sent | failed | unknown | cancelled; cancelled -> claimed; unknown -> sent | failed; sent -> delivered.
 */
export const deliveries = pgTable(
  'deliveries',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    episode: integer('episode').notNull(),
    step: integer('step').notNull(),
    channel: text('channel').$type<ChannelKind>().notNull(),
    status: text('status').$type<DeliveryStatus>().notNull(),
    fence: integer('fence').notNull(),
    callOpen: boolean('call_open').notNull(),
    unanswered: boolean('unanswered').notNull().default(false),
    attempts: integer('attempts').notNull().default(0),
    dueAt: instant('due_at').notNull(),
    claimedAt: instant('claimed_at').notNull(),
    /** A keyed channel repeats the call until here. */
    deadlineAt: instant('deadline_at').notNull(),
    settledAt: instant('settled_at'),
    /** False for `unknown` younger than 24 h: a status callback may still settle it. */
    final: boolean('final').notNull().default(false),
    providerId: text('provider_id'),
    reason: text('reason'),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.contactId],
      foreignColumns: [contacts.organizationId, contacts.id],
    }),
    uniqueIndex('deliveries_step').on(t.organizationId, t.conversationId, t.episode, t.step),
    // The frequency cap: this contact's recent hand-overs over all conversations.
    index('deliveries_cap').on(t.organizationId, t.contactId, t.claimedAt.desc()),
    // The purge's question: which `unknown` are older than 24 h?
    index('deliveries_unknown')
      .on(t.settledAt)
      .where(sql`${t.status} = 'unknown' and not ${t.final}`),
  ],
);
