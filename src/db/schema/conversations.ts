import { sql } from 'drizzle-orm';
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ChannelKind, Stage, StopReason } from '../../domain/conversation';
import { durationMs, instant, organizationId } from './columns';
import { contacts } from './contacts';

/**
 * One thread with one contact on one channel. `fence` is raised by every change that makes a planned send wrong and is
 * compared under this row's lock by every claim. `stopReason` is the strongest reason that stands now (null while an
 * episode runs and before the first one). `episode` is the number of the latest episode, 0 before the first.
 */
export const conversations = pgTable(
  'conversations',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    externalId: text('external_id'),
    contactId: uuid('contact_id').notNull(),
    channel: text('channel').$type<ChannelKind>().notNull(),
    sequenceName: text('sequence_name').notNull(),
    stage: text('stage').$type<Stage>().notNull(),
    stopReason: text('stop_reason').$type<StopReason>(),
    fence: integer('fence').notNull().default(1),
    episode: integer('episode').notNull().default(0),
    variables: jsonb('variables').$type<Record<string, unknown>>().notNull().default({}),
    /** Time skipped by the time machine: the conversation's clock is real time plus this. 0 in production. */
    clockOffsetMs: durationMs('clock_offset_ms').notNull().default(0),
    /** The latest inbound word's `sentAt`: a word of ours dated before it is a late chunk and arms nothing. */
    lastInboundAt: instant('last_inbound_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.contactId],
      foreignColumns: [contacts.organizationId, contacts.id],
    }),
    uniqueIndex('conversations_external_id')
      .on(t.organizationId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('conversations_contact').on(t.organizationId, t.contactId, t.id),
    index('conversations_stage').on(t.organizationId, t.stage, t.id),
    // The list's filter: without it a page of one organization's read all conversations there are.
    index('conversations_sequence').on(t.organizationId, t.sequenceName, t.id),
  ],
);
