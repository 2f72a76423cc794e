import { and, eq } from 'drizzle-orm';
import type { ActInput } from '../../contracts/conversation-workflow';
import { deliveries } from '../../db/schema';
import { decide } from '../../domain/gates';
import type { EpisodeThread, Thread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { moveOn } from './advance-episode';
import { findNudge, type DeliveryRow } from './ask';
import { repeatFacts } from './gate-facts';
import { settleDelivery } from './settle-delivery';

/**
 * An attempt finds that its step was claimed before. `call`: the call may be repeated, and is open again. `cancelled`:
 * nothing was accepted, the step is free. `settled`: the step is used up, and the episode has moved on if it could.
 */
export async function repeatDelivery(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  delivery: DeliveryRow,
  keyed: boolean,
): Promise<'call' | 'cancelled' | 'settled'> {
  if (delivery.status !== 'claimed') {
    await moveOn(ctx, thread, input, delivery);
    return 'settled';
  }
  const lost = delivery.callOpen;
  const unanswered = delivery.unanswered || lost;
  const unsettled = unanswered ? 'unknown' : 'cancelled';
  if (lost && !keyed) return settle('unknown', 'the call was interrupted and the channel has no key');
  const { verdict, gates } = decide(repeatFacts(thread, input, delivery.fence, delivery.dueAt));
  if (verdict !== 'send') return settle(unsettled, `repeat refused by gate ${gates.at(-1)?.gate}`);
  if (thread.now.getTime() >= delivery.deadlineAt.getTime()) {
    return settle(unanswered ? 'unknown' : 'failed', 'no success before the deadline');
  }
  await openCall(ctx, delivery, unanswered, thread.now);
  return 'call';

  async function settle(status: 'unknown' | 'cancelled' | 'failed', reason: string) {
    await settleDelivery(ctx, thread, delivery, { status, reason, providerId: null });
    if (status === 'cancelled') return 'cancelled';
    await moveOn(ctx, thread, input, delivery);
    return 'settled';
  }
}

/** A later episode has begun: what this one still holds is not called again, and is settled by what is known. */
export async function dropDelivery(ctx: VerbContext, thread: Thread, input: ActInput): Promise<void> {
  const { delivery } = await findNudge(ctx, input);
  if (delivery?.status !== 'claimed') return;
  const status = delivery.unanswered || delivery.callOpen ? 'unknown' : 'cancelled';
  await settleDelivery(ctx, thread, delivery, { status, reason: 'a later episode began', providerId: null });
}

async function openCall(
  { tx, organizationId }: VerbContext,
  delivery: DeliveryRow,
  unanswered: boolean,
  now: Date,
) {
  await tx
    .update(deliveries)
    .set({ callOpen: true, unanswered, attempts: delivery.attempts + 1, updatedAt: now })
    .where(
      and(
        eq(deliveries.organizationId, organizationId),
        eq(deliveries.id, delivery.id),
        eq(deliveries.status, 'claimed'),
      ),
    );
}
