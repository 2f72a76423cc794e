import { isStronger, stageAfterStop, type StopReason } from '../../domain/conversation';
import type { VerbContext } from '../verb-context';
import { changeEpisode, raiseFence, updateEpisode } from './change-thread';
import { hasEpisode, isRunning, type EpisodeRow, type Thread } from './thread';

type ConversationExtras = { lastInboundAt?: Date };

const ENDED: Partial<EpisodeRow> = {
  state: 'ended',
  nextKind: null,
  nextStep: null,
  nextDueAt: null,
  deferredBy: null,
  remainingMs: null,
  pausedUntil: null,
};

/**
 * Lets `reason` stand on the conversation and ends its episode if one runs; an ended one takes it if it is stronger than
 * its own (a reopened conversation has none, its episode does). The caller has checked that it is stronger than what
 * stands. From the commit on nothing of it can be claimed.
 */
export async function endEpisode(
  ctx: VerbContext,
  thread: Thread,
  reason: StopReason,
  extras: ConversationExtras & { note?: string | null } = {},
) {
  const { note = null, ...columns } = extras;
  const stage = stageAfterStop(reason, thread.conversation.stage);
  await raiseFence(ctx, thread, { ...columns, stage, stopReason: reason }, { reason, note });
  if (isRunning(thread)) {
    await changeEpisode(ctx, thread, { ...ENDED, stopReason: reason, endedAt: thread.now });
  } else if (hasEpisode(thread) && isStronger(reason, thread.episode.stopReason)) {
    await updateEpisode(ctx, thread, { stopReason: reason });
  }
}
