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
 * Settles a claimed delivery by a conditional update, and counts what was sent; false when it was settled already. The
 * stage moves on `sent` or `unknown`, and only while the fence of the claim still stands. The caller holds the
 * conversation's lock.
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
  const stands = delivery.fence === thread.conversation.fence;
  const stage = thread.sequence && stepAt(thread.sequence.ladder, delivery.step)?.stage;
  if (stands && stage && (status === 'sent' || status === 'unknown')) await moveStage(ctx, thread, { stage });
  return true;
}
