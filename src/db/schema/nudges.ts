import { foreignKey, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Stage } from '../../domain/conversation';
import { instant, organizationId } from './columns';
import { conversations } from './conversations';

/**
 * The one message of one step of one episode: unique on (conversation, episode, step). Its text is stored before it is
 * sent, so that a repeat sends the same words. `slotAt` is the send slot reserved under the channel's pace.
 */
export const nudges = pgTable(
  'nudges',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    episode: integer('episode').notNull(),
    step: integer('step').notNull(),
    stage: text('stage').$type<Stage>().notNull(),
    templateId: uuid('template_id'),
    subject: text('subject'),
    body: text('body'),
    slotAt: instant('slot_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    uniqueIndex('nudges_step').on(t.organizationId, t.conversationId, t.episode, t.step),
  ],
);
