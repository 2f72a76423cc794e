import { eq, and } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { ActInput, Snapshot } from '../../contracts/conversation-workflow';
import { channels, nudges } from '../../db/schema';
import { together } from '../../db/together';
import { decide, slotAfter, type GateDecision, type GateVerdict } from '../../domain/gates';
import { stepAt } from '../../domain/ladder';
import { openingAt } from '../../domain/plan';
import { noteDecisions, updateEpisode } from '../conversation/change-thread';
import { endEpisode } from '../conversation/end-episode';
import { snapshotOf } from '../conversation/snapshot';
import { lockThread, rulesOf, type EpisodeThread } from '../conversation/thread';
import type { OutgoingNudge } from '../ports';
import type { VerbContext } from '../verb-context';
import { advanceEpisode } from './advance-episode';
import { actNow, findNudge, isAskedEpisode, replacedSnapshot, type DeliveryRow, type NudgeRow } from './ask';
import type { ComposedText } from './compose-nudge';
import { claimFacts, skewMs } from './gate-facts';
import { outgoingNudge } from './outgoing-nudge';
import { dropDelivery, repeatDelivery } from './repeat-delivery';
import { nudgeTarget, writeClaim } from './write-statements';

/** Either a provider call that is ours to make now, or how the episode stands without one. */
export type ClaimResult =
  | { kind: 'call'; nudge: OutgoingNudge; dueAt: Date }
  | { kind: 'done'; snapshot: Snapshot; refusedBy: string | null };

/** What a claim is made with. */
export interface ClaimMeans {
  compose(thread: EpisodeThread): Promise<ComposedText>;
  /** The provider tells repeats by our key. */
  keyed: boolean;
  /** Whether the channel has a pace, as this transaction has read; it is looked up where nobody did. */
  paced?: boolean | undefined;
}

/** A keyed channel repeats a call until this long after the claim. */
const REPEAT_FOR_MS = 15 * 60_000;

/**
 * Decides under the locks, against fresh data, and takes the step: from the commit on the delivery is `claimed` and its
 * call open. Every word, stop and opt-out waits for the same locks, so it either sees this claim or prevents it.
 */
export async function claimNudge(ctx: VerbContext, input: ActInput, means: ClaimMeans): Promise<ClaimResult> {
  const [thread, { nudge, delivery }] = await together([
    lockThread(ctx, input.conversationId),
    findNudge(ctx, input),
  ]);
  thread.now = actNow(ctx, thread, input);
  if (!isAskedEpisode(thread, input)) {
    await dropDelivery(ctx, thread, input);
    return { kind: 'done', snapshot: replacedSnapshot(thread, input), refusedBy: 'episode' };
  }
  if (!delivery || delivery.status === 'cancelled')
    return claimAfresh(ctx, thread, input, means, nudge, delivery);
  const repeat = await repeatDelivery(ctx, thread, input, delivery, means.keyed);
  if (repeat === 'call' && nudge) {
    return { kind: 'call', nudge: outgoingNudge(thread, nudge, delivery.id), dueAt: delivery.dueAt };
  }
  if (repeat === 'cancelled') {
    return claimAfresh(ctx, thread, input, means, nudge, { ...delivery, status: 'cancelled' });
  }
  return { kind: 'done', snapshot: snapshotOf(thread), refusedBy: null };
}

async function claimAfresh(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  { compose, paced }: ClaimMeans,
  nudge: NudgeRow | null,
  delivery: DeliveryRow | null,
): Promise<ClaimResult> {
  const facts = await claimFacts(ctx, thread, input, nudge, paced);
  const decision = decide(facts);
  if (decision.takenSlotAt && facts.pace) {
    await takeSlot(ctx, thread, input, decision.takenSlotAt, slotAfter(decision.takenSlotAt, facts.pace));
  }
  if (decision.verdict !== 'send') return refuse(ctx, thread, input, decision);
  const text = await compose(thread);
  if (!text.ok) return failText(ctx, thread, input, decision, text.reason);
  const { dueAt } = facts;
  const claimed = { text, dueAt, gates: decision.gates, cancelled: delivery };
  return { kind: 'call', nudge: await storeClaim(ctx, thread, input, claimed), dueAt };
}

async function refuse(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  decision: GateDecision,
): Promise<ClaimResult> {
  const { verdict, gates } = decision;
  const refusedBy = gates.at(-1)?.gate ?? null;
  let nextAt: Date | null = null;
  if (verdict === 'defer' && decision.nextAt) {
    nextAt = openingAt(rulesOf(thread), decision.nextAt);
    await updateEpisode(ctx, thread, { nextDueAt: nextAt, deferredBy: decision.deferredBy });
  }
  if (verdict === 'skip') {
    const planned = await advanceEpisode(ctx, thread, input.step, thread.episode.nextDueAt ?? thread.now);
    nextAt = planned.nextDueAt;
  }
  await noteDecisions(ctx, thread, [{ step: input.step, verdict, gates, nextAt }]);
  // A stop by anything but the fence means that the episode should have ended already: it ends here.
  if (verdict === 'stop' && refusedBy !== 'episode') {
    await endEpisode(ctx, thread, thread.conversation.stopReason ?? 'opted_out');
  }
  return { kind: 'done', snapshot: snapshotOf(thread), refusedBy };
}

async function failText(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  decision: GateDecision,
  reason: string,
): Promise<ClaimResult> {
  const textGate: GateVerdict = { gate: 'text', verdict: 'skip', input: { reason } };
  const planned = await advanceEpisode(ctx, thread, input.step, thread.episode.nextDueAt ?? thread.now);
  const gates = [...decision.gates, textGate];
  await noteDecisions(ctx, thread, [{ step: input.step, verdict: 'skip', gates, nextAt: planned.nextDueAt }]);
  return { kind: 'done', snapshot: snapshotOf(thread), refusedBy: 'text' };
}

const nudgeKey = (thread: EpisodeThread, step: number) => ({
  organizationId: thread.episode.organizationId,
  conversationId: thread.episode.conversationId,
  episode: thread.episode.number,
  step,
});

async function takeSlot(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  slotAt: Date,
  nextSlotAt: Date,
) {
  const realNextAt = new Date(nextSlotAt.getTime() - skewMs(ctx, thread));
  const stage = stepAt(thread.sequence.ladder, input.step)?.stage ?? 'followup';
  await ctx.tx
    .update(channels)
    .set({ nextSlotAt: realNextAt })
    .where(
      and(eq(channels.organizationId, ctx.organizationId), eq(channels.kind, thread.conversation.channel)),
    );
  await ctx.tx
    .insert(nudges)
    .values({
      ...nudgeKey(thread, input.step),
      id: uuidv7(),
      stage,
      createdAt: thread.now,
      slotAt,
    })
    .onConflictDoUpdate({ target: nudgeTarget, set: { slotAt } });
}

interface Claimed {
  text: Extract<ComposedText, { ok: true }>;
  dueAt: Date;
  gates: GateVerdict[];
  cancelled: DeliveryRow | null;
}

/** Words stored by an earlier attempt stay: a repeat sends the same. A cancelled delivery is claimed again in its row. */
async function storeClaim(
  { tx }: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  { text: { subject, body, templateId }, dueAt, gates, cancelled }: Claimed,
): Promise<OutgoingNudge> {
  const { now, conversation, contact } = thread;
  const deliveryId = cancelled?.id ?? uuidv7();
  const [stored] = await writeClaim(tx).execute({
    ...nudgeKey(thread, input.step),
    ...{ nudgeId: uuidv7(), deliveryId, decisionId: uuidv7() },
    stage: stepAt(thread.sequence.ladder, input.step)?.stage ?? 'followup',
    ...{ subject, body, templateId },
    contactId: contact.id,
    channel: conversation.channel,
    fence: conversation.fence,
    attempts: (cancelled?.attempts ?? 0) + 1,
    ...{ now, dueAt },
    deadlineAt: new Date(now.getTime() + REPEAT_FOR_MS),
    gates: JSON.stringify(gates),
  });
  if (!stored) throw new Error('the nudge was not stored');
  return outgoingNudge(thread, stored, deliveryId);
}
