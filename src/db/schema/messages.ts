import { sql } from 'drizzle-orm';
import {
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Author, Direction } from '../../domain/conversation';
import { instant, organizationId } from './columns';
import { conversations } from './conversations';

/** A word of either side. `externalId` is unique in its conversation: a provider's repeat is one message. */
export const messages = pgTable(
  'messages',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    episode: integer('episode').notNull(),
    externalId: text('external_id'),
    direction: text('direction').$type<Direction>().notNull(),
    author: text('author').$type<Author>().notNull(),
    text: text('text'),
    sentAt: instant('sent_at').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    uniqueIndex('messages_external_id')
      .on(t.organizationId, t.conversationId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    index('messages_conversation').on(t.organizationId, t.conversationId, t.id),
  ],
);
