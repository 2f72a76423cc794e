import { foreignKey, index, integer, pgTable, primaryKey, smallint, uuid } from 'drizzle-orm/pg-core';
import { instant, organizationId } from './columns';
import { episodes } from './episodes';

/**
 * "Bring the workflow of this episode up to this revision." One row per episode, level-triggered: whoever takes it
 * reads the episode afresh, so lost, repeated and reordered deliveries are harmless. `lane`: 0 changes, which never
 * wait behind starts; 1 live starts; 2 bulk starts.
 * Its times are real time, written by the database: they order work, they decide nothing about conversations.
 */
export const outbox = pgTable(
  'outbox',
  {
    organizationId: organizationId(),
    conversationId: uuid('conversation_id').notNull(),
    episode: integer('episode').notNull(),
    revision: integer('revision').notNull(),
    lane: smallint('lane').notNull(),
    attempts: integer('attempts').notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    /**
     * Not before: the request delivers at once; the relay takes over 2 s later, and after a failure waits longer. A live
     * start that is not due soon has a minute, within which the relay takes it where there is room.
     */
    availableAt: instant('available_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.conversationId, t.episode] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId, t.episode],
      foreignColumns: [episodes.organizationId, episodes.conversationId, episodes.number],
    }),
    index('outbox_available').on(t.lane, t.availableAt),
  ],
);
