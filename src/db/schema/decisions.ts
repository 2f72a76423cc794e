import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Verdict } from '../../domain/conversation';
import type { GateVerdict } from '../../domain/gates';
import { instant, organizationId } from './columns';
import { conversations } from './conversations';

/** Why a step was sent, or not: every gate up to the one that decided. Append-only. */
export const decisions = pgTable(
  'decisions',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    episode: integer('episode').notNull(),
    step: integer('step').notNull(),
    at: instant('at').notNull(),
    verdict: text('verdict').$type<Verdict>().notNull(),
    gates: jsonb('gates').$type<GateVerdict[]>().notNull(),
    nextAt: instant('next_at'),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    index('decisions_conversation').on(t.organizationId, t.conversationId, t.id),
  ],
);
