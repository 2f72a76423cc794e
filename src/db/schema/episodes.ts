import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Deferral, EpisodeState, NextKind, StopReason } from '../../domain/conversation';
import { durationMs, instant, organizationId } from './columns';
import { conversations } from './conversations';
import { sequences } from './sequences';

/**
 * One stretch of silence. While it waits, `nextKind`, `nextStep` and `nextDueAt` are set; paused keeps `remainingMs`
 * instead of a due time; ended has `endedAt` and `stopReason`. `revision` is the fence of its last change,
 * `deliveredRevision` the one Temporal is known to have (0 = its workflow was never started).
 */
export const episodes = pgTable(
  'episodes',
  {
    organizationId: organizationId(),
    conversationId: uuid('conversation_id').notNull(),
    number: integer('number').notNull(),
    sequenceId: uuid('sequence_id').notNull(),
    state: text('state').$type<EpisodeState>().notNull(),
    stopReason: text('stop_reason').$type<StopReason>(),
    openedAt: instant('opened_at').notNull(),
    /** Our latest word. */
    anchorAt: instant('anchor_at').notNull(),
    /** When the step before the next one counts as done; null before the first. */
    lastStepAt: instant('last_step_at'),
    nextKind: text('next_kind').$type<NextKind>(),
    nextStep: integer('next_step'),
    nextDueAt: instant('next_due_at'),
    deferredBy: text('deferred_by').$type<Deferral>(),
    remainingMs: durationMs('remaining_ms'),
    pausedUntil: instant('paused_until'),
    nudgesSent: integer('nudges_sent').notNull().default(0),
    endedAt: instant('ended_at'),
    revision: integer('revision').notNull(),
    deliveredRevision: integer('delivered_revision').notNull().default(0),
    /** Real time, also where the conversation's clock was moved: the reconciler asks how long nobody touched it. */
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.conversationId, t.number] }),
    foreignKey({
      columns: [t.organizationId, t.conversationId],
      foreignColumns: [conversations.organizationId, conversations.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.sequenceId],
      foreignColumns: [sequences.organizationId, sequences.id],
    }),
    // The due list of one organization, and what an organization's resume wakes.
    index('episodes_due')
      .on(t.organizationId, t.nextDueAt, t.conversationId)
      .where(sql`${t.state} = 'waiting'`),
    // Lateness over all organizations (relay) and the reconciler's pages over everything that must have a workflow.
    index('episodes_overdue')
      .on(t.nextDueAt)
      .where(sql`${t.state} = 'waiting'`),
    index('episodes_open')
      .on(t.conversationId, t.number)
      .where(sql`${t.state} <> 'ended'`),
  ],
);
