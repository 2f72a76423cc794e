import { and, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { episodes } from '../../db/schema';
import type { DeliveryStatus } from '../../domain/conversation';
import { stepAt } from '../../domain/ladder';
import { moveStage } from '../conversation/change-thread';
import type { Thread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import type { DeliveryRow } from './ask';
import { settleClaimed } from './write-statements';

export interface Settlement {
  status: Extract<DeliveryStatus, 'sent' | 'failed' | 'unknown' | 'cancelled'>;
  providerId: string | null;
  reason: string | null;
}

/**
 * Settles a claimed delivery by a conditional update; false when it was settled already. The stage moves on `sent` or
 * `unknown`, and only while the fence of the claim still stands. The caller holds the conversation's lock.
 */
export async function settleDelivery(
  ctx: VerbContext,
  thread: Thread,
  delivery: DeliveryRow,
  { status, providerId, reason }: Settlement,
): Promise<boolean> {
  const unanswered = delivery.unanswered || status === 'unknown';
  const settled = await settleClaimed(ctx.tx).execute({
    organizationId: ctx.organizationId,
    id: delivery.id,
    status,
    providerId,
    reason,
    unanswered,
    settledAt: thread.now,
    final: status === 'sent' || status === 'failed',
  });
  if (settled.length === 0) return false;
  if (status === 'sent') await countNudge(ctx, delivery);
  const stands = delivery.fence === thread.conversation.fence;
  const stage = thread.sequence && stepAt(thread.sequence.ladder, delivery.step)?.stage;
  if (stands && stage && (status === 'sent' || status === 'unknown')) await moveStage(ctx, thread, { stage });
  return true;
}

async function countNudge({ tx, organizationId }: VerbContext, { conversationId, episode }: DeliveryRow) {
  await countStatement(tx).execute({ organizationId, conversationId, episode });
}

const countStatement = defineStatement((tx) =>
  tx
    .update(episodes)
    .set({ nudgesSent: sql`${episodes.nudgesSent} + 1` })
    .where(
      and(
        eq(episodes.organizationId, sql.placeholder('organizationId')),
        eq(episodes.conversationId, sql.placeholder('conversationId')),
        eq(episodes.number, sql.placeholder('episode')),
      ),
    )
    .prepare('count_nudge'),
);
