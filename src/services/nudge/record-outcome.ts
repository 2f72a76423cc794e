import { and, eq } from 'drizzle-orm';
import type { ActInput, Snapshot } from '../../contracts/conversation-workflow';
import { deliveries } from '../../db/schema';
import { together } from '../../db/together';
import type { DeliveryStatus } from '../../domain/conversation';
import { snapshotOf } from '../conversation/snapshot';
import { lockThread, type Thread } from '../conversation/thread';
import type { ProviderOutcome } from '../ports';
import type { VerbContext } from '../verb-context';
import { moveOn } from './advance-episode';
import { actNow, findNudge, isAskedEpisode, replacedSnapshot, type DeliveryRow } from './ask';
import { retryDelayMs } from './retry-delay';
import { settleDelivery, type Settlement } from './settle-delivery';

export type RecordResult =
  | { kind: 'done'; snapshot: Snapshot; status: DeliveryStatus }
  | { kind: 'retry'; afterMs: number; reason: string };

/**
 * Writes what the provider call came to and moves the episode on, if the fence of the claim still stands. Running it
 * twice changes nothing: only a `claimed` delivery is settled.
 */
export async function recordOutcome(
  ctx: VerbContext,
  input: ActInput,
  outcome: ProviderOutcome,
  keyed: boolean,
): Promise<RecordResult> {
  const [thread, { delivery }] = await together([
    lockThread(ctx, input.conversationId),
    findNudge(ctx, input),
  ]);
  thread.now = actNow(ctx, thread, input);
  if (!delivery) throw new Error('a provider was called without a claimed delivery');
  let status = delivery.status;
  if (status === 'claimed') {
    const verdict = judge(thread, delivery, outcome, keyed);
    if ('afterMs' in verdict) {
      if (outcome.outcome === 'busy') await closeCall(ctx, thread, delivery);
      return { kind: 'retry', ...verdict };
    }
    await settleDelivery(ctx, thread, delivery, verdict);
    status = verdict.status;
  }
  if (!isAskedEpisode(thread, input))
    return { kind: 'done', status, snapshot: replacedSnapshot(thread, input) };
  if (status !== 'cancelled') await moveOn(ctx, thread, input, delivery);
  return { kind: 'done', status, snapshot: snapshotOf(thread) };
}

/** What becomes of a claimed delivery after one call: settled, or called again after a while. Pure. */
function judge(
  thread: Pick<Thread, 'conversation' | 'now'>,
  delivery: DeliveryRow,
  outcome: ProviderOutcome,
  keyed: boolean,
): Settlement | { afterMs: number; reason: string } {
  if (outcome.outcome === 'accepted') return { status: 'sent', providerId: outcome.providerId, reason: null };
  const { reason } = outcome;
  // A call before this one may have been accepted, unheard.
  if (outcome.outcome === 'refused') {
    return { status: delivery.unanswered ? 'unknown' : 'failed', providerId: null, reason };
  }
  const unanswered = delivery.unanswered || outcome.outcome === 'unanswered';
  if (outcome.outcome === 'unanswered' && !keyed) return { status: 'unknown', providerId: null, reason };
  if (delivery.fence !== thread.conversation.fence) {
    return { status: unanswered ? 'unknown' : 'cancelled', providerId: null, reason };
  }
  const asked = outcome.outcome === 'busy' ? outcome.retryAfterMs : null;
  const afterMs = retryDelayMs(delivery.attempts, asked);
  if (thread.now.getTime() + afterMs < delivery.deadlineAt.getTime()) return { afterMs, reason };
  return { status: unanswered ? 'unknown' : 'failed', providerId: null, reason };
}

/** The provider said "not now": nothing was accepted by this call, and nobody waits for it any more. */
async function closeCall({ tx, organizationId }: VerbContext, thread: Thread, delivery: DeliveryRow) {
  await tx
    .update(deliveries)
    .set({ callOpen: false, updatedAt: thread.now })
    .where(
      and(
        eq(deliveries.organizationId, organizationId),
        eq(deliveries.id, delivery.id),
        eq(deliveries.status, 'claimed'),
      ),
    );
}
