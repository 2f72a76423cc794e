import { foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Stage, StopReason } from '../../domain/conversation';
import { instant, organizationId } from './columns';
import { conversations } from './conversations';

/** What moved a conversation, for its timeline. Append-only; `note` is the operator's word on a stop. */
export const stageChanges = pgTable(
  'stage_changes',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    episode: integer('episode').notNull(),
    fromStage: text('from_stage').$type<Stage>(),
    toStage: text('to_stage').$type<Stage>().notNull(),
    reason: text('reason').$type<StopReason>(),
    note: text('note'),
    at: instant('at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    index('stage_changes_conversation').on(t.organizationId, t.conversationId, t.id),
  ],
);
