import { and, eq, sql } from 'drizzle-orm';
import type { ActInput, Snapshot } from '../../contracts/conversation-workflow';
import { defineStatement } from '../../db/define-statement';
import { deliveries, nudges } from '../../db/schema';
import { conversationNow, type EpisodeThread, type Thread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

export type NudgeRow = typeof nudges.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;

/**
 * The latest of the workflow's time, our own clock and the due time, for which the act has waited: an attempt that runs
 * hours late knows it (design §2, Time).
 */
export function actNow(ctx: VerbContext, thread: Thread, input: ActInput): Date {
  const ownMs = conversationNow(thread.conversation, ctx.now).getTime();
  return new Date(Math.max(ownMs, Date.parse(input.now), Date.parse(input.dueAt)));
}

/** True when the thread's latest episode is the one the workflow asks for. */
export function isAskedEpisode(thread: Thread, input: ActInput): thread is EpisodeThread {
  return thread.episode?.number === input.episode && thread.sequence !== null;
}

/** Answer to the workflow of an episode that a later one has replaced: it is over. */
export function replacedSnapshot(thread: Thread, input: ActInput): Snapshot {
  const revision = Math.max(thread.conversation.fence, input.revision);
  return { revision, state: 'ended', stopReason: 'replied', steps: 0, next: null };
}

/** The step's nudge and delivery, each null before the first claim (or reserved slot). */
export async function findNudge({ tx, organizationId }: VerbContext, input: ActInput) {
  const { conversationId, episode, step } = input;
  const [row] = await findStatement(tx).execute({ organizationId, conversationId, episode, step });
  return { nudge: row?.nudge ?? null, delivery: row?.delivery ?? null };
}

const findStatement = defineStatement((tx) =>
  tx
    .select({ nudge: nudges, delivery: deliveries })
    .from(nudges)
    .leftJoin(
      deliveries,
      and(
        eq(deliveries.organizationId, nudges.organizationId),
        eq(deliveries.conversationId, nudges.conversationId),
        eq(deliveries.episode, nudges.episode),
        eq(deliveries.step, nudges.step),
      ),
    )
    .where(
      and(
        eq(nudges.organizationId, sql.placeholder('organizationId')),
        eq(nudges.conversationId, sql.placeholder('conversationId')),
        eq(nudges.episode, sql.placeholder('episode')),
        eq(nudges.step, sql.placeholder('step')),
      ),
    )
    .prepare('find_nudge'),
);
