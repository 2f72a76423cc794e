import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../../db/client';
import { defineStatement } from '../../db/define-statement';
import { decisions, deliveries, episodes, nudges } from '../../db/schema';

// Prepared once per connection, like those of conversation/write-statements.ts.
const value = (name: string) => sql`${sql.placeholder(name)}`;

const ofStep = () => ({
  organizationId: value('organizationId'),
  conversationId: value('conversationId'),
  episode: value('episode'),
  step: value('step'),
});

/** What makes a nudge the only one of its step. */
export const nudgeTarget = [nudges.organizationId, nudges.conversationId, nudges.episode, nudges.step];

/** The rows of a claim in one statement: hand-over, decision and nudge. Answers the nudge. `gates` as JSON text. */
export const writeClaim = defineStatement((tx) => {
  const handOver = tx.$with('hand_over').as(insertHandOver(tx));
  const decision = tx.$with('decision').as(insertSendDecision(tx));
  return tx
    .with(handOver, decision)
    .insert(nudges)
    .values({
      ...ofStep(),
      id: value('nudgeId'),
      stage: value('stage'),
      templateId: value('templateId'),
      subject: value('subject'),
      body: value('body'),
      createdAt: value('now'),
    })
    .onConflictDoUpdate({
      target: nudgeTarget,
      // Words that were stored before stay; a nudge that only holds a slot gets its own here.
      set: {
        subject: sql`case when ${nudges.body} is null then excluded.subject else ${nudges.subject} end`,
        templateId: sql`case when ${nudges.body} is null then excluded.template_id else ${nudges.templateId} end`,
        body: sql`coalesce(${nudges.body}, excluded.body)`,
      },
    })
    .returning()
    .prepare('write_claim');
});

/** A new delivery, or the same row again after it was cancelled. */
const insertHandOver = (tx: Tx) =>
  tx
    .insert(deliveries)
    .values({
      ...ofStep(),
      id: value('deliveryId'),
      contactId: value('contactId'),
      channel: value('channel'),
      status: 'claimed',
      fence: value('fence'),
      callOpen: true,
      attempts: value('attempts'),
      dueAt: value('dueAt'),
      claimedAt: value('now'),
      deadlineAt: value('deadlineAt'),
      updatedAt: value('now'),
    })
    .onConflictDoUpdate({
      target: [deliveries.organizationId, deliveries.id],
      set: {
        status: 'claimed',
        fence: sql`excluded.fence`,
        callOpen: true,
        attempts: sql`excluded.attempts`,
        dueAt: sql`excluded.due_at`,
        claimedAt: sql`excluded.claimed_at`,
        deadlineAt: sql`excluded.deadline_at`,
        updatedAt: sql`excluded.updated_at`,
        settledAt: null,
        reason: null,
      },
    });

const insertSendDecision = (tx: Tx) =>
  tx.insert(decisions).values({
    ...ofStep(),
    id: value('decisionId'),
    at: value('now'),
    verdict: 'send',
    gates: value('gates'),
  });

/**
 * Settles a delivery that is still claimed, and counts it on its episode if it was sent. Answers no row when it was
 * settled before: then nothing is counted either.
 */
export const settleClaimed = defineStatement((tx) => {
  const settled = tx.$with('settled').as(updateClaimed(tx));
  const counted = tx.$with('counted').as(
    tx
      .update(episodes)
      .set({ nudgesSent: sql`${episodes.nudgesSent} + 1` })
      .from(settled)
      .where(
        and(
          eq(settled.status, 'sent'),
          eq(episodes.organizationId, settled.organizationId),
          eq(episodes.conversationId, settled.conversationId),
          eq(episodes.number, settled.episode),
        ),
      ),
  );
  return tx.with(settled, counted).select({ status: settled.status }).from(settled).prepare('settle_claimed');
});

const updateClaimed = (tx: Tx) =>
  tx
    .update(deliveries)
    .set({
      status: value('status'),
      providerId: value('providerId'),
      reason: value('reason'),
      unanswered: value('unanswered'),
      callOpen: false,
      settledAt: value('settledAt'),
      updatedAt: value('settledAt'),
      final: value('final'),
    })
    .where(
      and(
        eq(deliveries.organizationId, sql.placeholder('organizationId')),
        eq(deliveries.id, sql.placeholder('id')),
        eq(deliveries.status, 'claimed'),
      ),
    )
    .returning({
      organizationId: deliveries.organizationId,
      conversationId: deliveries.conversationId,
      episode: deliveries.episode,
      status: deliveries.status,
    });
