import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { ActInput } from '../../contracts/conversation-workflow';
import type { Tx } from '../../db/client';
import { defineStatement } from '../../db/define-statement';
import { channels, deliveries } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import type { GateFacts } from '../../domain/gates';
import type { ChannelPace } from '../../domain/organization';
import { rulesOf, type EpisodeThread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import type { NudgeRow } from './ask';

/** Moves an instant between real time, in which a channel's slots are kept, and the conversation's time. */
export const skewMs = (ctx: VerbContext, thread: EpisodeThread): number =>
  thread.now.getTime() - ctx.now.getTime();

const shift = (at: Date | null, byMs: number): Date | null => (at ? new Date(at.getTime() + byMs) : null);

/** What a repeat of a provider call asks again: everything but cap and pace, which its claim already paid for. */
export function repeatFacts(
  thread: EpisodeThread,
  input: ActInput,
  claimedFence: number,
  dueAt: Date,
): GateFacts {
  const { conversation, contact, organization, episode } = thread;
  return {
    now: thread.now,
    step: input.step,
    askedFence: claimedFence,
    fence: conversation.fence,
    state: episode.state,
    nextStep: episode.nextKind === 'nudge' ? episode.nextStep : null,
    dueAt,
    stopReason: conversation.stopReason,
    optOuts: contact.optOuts,
    channel: conversation.channel,
    organizationPaused: organization.paused,
    rules: rulesOf(thread),
    cap: null,
    recentHandOversAt: [],
    pace: null,
    nextSlotAt: null,
    slotAt: null,
  };
}

/**
 * Everything a claim asks. Contact and conversation are locked; a channel with a pace is locked here, last. `paced`:
 * whether it has one, as this transaction has read; undefined looks.
 */
export async function claimFacts(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  nudge: NudgeRow | null,
  paced: boolean | undefined,
): Promise<GateFacts> {
  const base = repeatFacts(thread, input, input.revision, thread.episode.nextDueAt ?? thread.now);
  const cap = thread.organization.frequencyCap;
  const byMs = skewMs(ctx, thread);
  const slots = await lockPace(ctx, thread, paced);
  return {
    ...base,
    cap,
    recentHandOversAt: cap ? await recentHandOvers(ctx, thread, cap) : [],
    pace: slots?.pace ?? null,
    nextSlotAt: shift(slots?.nextSlotAt ?? null, byMs),
    slotAt: nudge?.slotAt ?? null,
  };
}

async function recentHandOvers(
  { tx, organizationId }: VerbContext,
  thread: EpisodeThread,
  cap: { max: number; perMs: number },
): Promise<Date[]> {
  const since = new Date(thread.now.getTime() - cap.perMs);
  const key = { organizationId, contactId: thread.contact.id, since, max: cap.max };
  const rows = await handOversStatement(tx).execute(key);
  return rows.map(({ claimedAt }) => claimedAt);
}

const handOversStatement = defineStatement((tx) =>
  tx
    .select({ claimedAt: deliveries.claimedAt })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.organizationId, sql.placeholder('organizationId')),
        eq(deliveries.contactId, sql.placeholder('contactId')),
        inArray(deliveries.status, ['claimed', 'sent', 'delivered', 'unknown']),
        gt(deliveries.claimedAt, sql.placeholder('since')),
      ),
    )
    .orderBy(desc(deliveries.claimedAt))
    .limit(sql.placeholder('max'))
    .prepare('recent_hand_overs'),
);

async function lockPace(
  { tx, organizationId }: VerbContext,
  thread: EpisodeThread,
  paced: boolean | undefined,
) {
  const key = { organizationId, kind: thread.conversation.channel };
  if (!(paced ?? (await isPaced(tx, key)))) return null;
  const [row] = await paceLock(tx).execute(key);
  if (!row?.max || !row.perMs) return null;
  const pace: ChannelPace = { max: row.max, perMs: row.perMs };
  return { pace, nextSlotAt: row.nextSlotAt };
}

async function isPaced(tx: Tx, key: { organizationId: string; kind: ChannelKind }): Promise<boolean> {
  const [seen] = await paceStatement(tx).execute(key);
  return Boolean(seen?.max && seen.perMs);
}

const selectPace = (tx: Tx) =>
  tx
    .select({ max: channels.paceMax, perMs: channels.pacePerMs, nextSlotAt: channels.nextSlotAt })
    .from(channels)
    .where(
      and(
        eq(channels.organizationId, sql.placeholder('organizationId')),
        eq(channels.kind, sql.placeholder('kind')),
      ),
    );

const paceStatement = defineStatement((tx) => selectPace(tx).prepare('read_pace'));
const paceLock = defineStatement((tx) => selectPace(tx).for('no key update').prepare('lock_pace'));
