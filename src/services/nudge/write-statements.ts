import { and, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { deliveries, nudges } from '../../db/schema';

// Prepared once per connection, like those of conversation/write-statements.ts.
const value = (name: string) => sql`${sql.placeholder(name)}`;

/** What makes a nudge the only one of its step. */
export const nudgeTarget = [nudges.organizationId, nudges.conversationId, nudges.episode, nudges.step];

/** Inserts the nudge with its words; on one that was stored before (or holds a slot) it fills in only missing words. */
export const writeNudge = defineStatement((tx) =>
  tx
    .insert(nudges)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      conversationId: value('conversationId'),
      episode: value('episode'),
      step: value('step'),
      stage: value('stage'),
      templateId: value('templateId'),
      subject: value('subject'),
      body: value('body'),
      createdAt: value('createdAt'),
    })
    .onConflictDoUpdate({
      target: nudgeTarget,
      set: {
        subject: sql`case when ${nudges.body} is null then excluded.subject else ${nudges.subject} end`,
        templateId: sql`case when ${nudges.body} is null then excluded.template_id else ${nudges.templateId} end`,
        body: sql`coalesce(${nudges.body}, excluded.body)`,
      },
    })
    .returning()
    .prepare('write_nudge'),
);

/** Claims: a new delivery, or the same row again after it was cancelled. */
export const writeClaim = defineStatement((tx) =>
  tx
    .insert(deliveries)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      conversationId: value('conversationId'),
      contactId: value('contactId'),
      episode: value('episode'),
      step: value('step'),
      channel: value('channel'),
      status: 'claimed',
      fence: value('fence'),
      callOpen: true,
      attempts: value('attempts'),
      dueAt: value('dueAt'),
      claimedAt: value('claimedAt'),
      deadlineAt: value('deadlineAt'),
      updatedAt: value('claimedAt'),
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
    })
    .prepare('write_claim'),
);

/** Settles a delivery that is still claimed; answers no row when it was settled before. */
export const settleClaimed = defineStatement((tx) =>
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
    .returning({ id: deliveries.id })
    .prepare('settle_claimed'),
);
