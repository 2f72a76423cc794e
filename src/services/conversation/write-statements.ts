import { and, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { conversations, decisions, episodes, outbox, stageChanges } from '../../db/schema';

// The writes of the hot path, prepared once per connection. They write every column that may change: the caller has read
// the row under its lock. A bare placeholder takes Date and null alike, which a column's own encoder does not.
const value = (name: string) => sql`${sql.placeholder(name)}`;

/** Answers the fence; `raise` is 1 for a change that makes a planned send wrong, else 0. */
export const writeConversation = defineStatement((tx) =>
  tx
    .update(conversations)
    .set({
      stage: value('stage'),
      stopReason: value('stopReason'),
      episode: value('episode'),
      lastInboundAt: value('lastInboundAt'),
      clockOffsetMs: value('clockOffsetMs'),
      fence: sql`${conversations.fence} + ${sql.placeholder('raise')}`,
      updatedAt: value('updatedAt'),
    })
    .where(
      and(
        eq(conversations.organizationId, sql.placeholder('organizationId')),
        eq(conversations.id, sql.placeholder('id')),
      ),
    )
    .returning({ fence: conversations.fence })
    .prepare('write_conversation'),
);

/** `deliveredRevision` only grows: deliveries to Temporal write it without the conversation's lock. */
export const writeEpisode = defineStatement((tx) =>
  tx
    .update(episodes)
    .set({
      state: value('state'),
      stopReason: value('stopReason'),
      anchorAt: value('anchorAt'),
      lastStepAt: value('lastStepAt'),
      nextKind: value('nextKind'),
      nextStep: value('nextStep'),
      nextDueAt: value('nextDueAt'),
      deferredBy: value('deferredBy'),
      remainingMs: value('remainingMs'),
      pausedUntil: value('pausedUntil'),
      endedAt: value('endedAt'),
      revision: value('revision'),
      deliveredRevision: sql`greatest(${episodes.deliveredRevision}, ${sql.placeholder('deliveredRevision')})`,
      updatedAt: value('updatedAt'),
    })
    .where(
      and(
        eq(episodes.organizationId, sql.placeholder('organizationId')),
        eq(episodes.conversationId, sql.placeholder('conversationId')),
        eq(episodes.number, sql.placeholder('number')),
      ),
    )
    .returning({ deliveredRevision: episodes.deliveredRevision, nudgesSent: episodes.nudgesSent })
    .prepare('write_episode'),
);

export const insertStageChange = defineStatement((tx) =>
  tx
    .insert(stageChanges)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      conversationId: value('conversationId'),
      episode: value('episode'),
      fromStage: value('fromStage'),
      toStage: value('toStage'),
      reason: value('reason'),
      note: value('note'),
      at: value('at'),
    })
    .prepare('insert_stage_change'),
);

/** `gates` as JSON text. */
export const insertDecision = defineStatement((tx) =>
  tx
    .insert(decisions)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      conversationId: value('conversationId'),
      episode: value('episode'),
      step: value('step'),
      at: value('at'),
      verdict: value('verdict'),
      gates: value('gates'),
      nextAt: value('nextAt'),
    })
    .prepare('insert_decision'),
);

/** One row per episode: a second change before the first is delivered only raises the revision. */
export const writeOutbox = defineStatement((tx) => {
  const availableAt = sql`now() + make_interval(secs => ${sql.placeholder('delaySeconds')})`;
  return tx
    .insert(outbox)
    .values({
      organizationId: value('organizationId'),
      conversationId: value('conversationId'),
      episode: value('episode'),
      revision: value('revision'),
      lane: value('lane'),
      availableAt,
    })
    .onConflictDoUpdate({
      target: [outbox.organizationId, outbox.conversationId, outbox.episode],
      set: {
        revision: sql`greatest(${outbox.revision}, excluded.revision)`,
        lane: sql`excluded.lane`,
        attempts: 0,
        availableAt: sql`excluded.available_at`,
      },
    })
    .prepare('write_outbox');
});
