import { openingAt } from '../../domain/plan';
import type { VerbContext } from '../verb-context';
import { changeEpisode, raiseFence } from './change-thread';
import { lockRunningThread } from './running-thread';
import { rulesOf, type EpisodeThread } from './thread';

/**
 * Ends a pause: due = now + what was left when it began. Resuming an episode that waits changes nothing. Throws
 * not_found, and conflict without a running episode.
 */
export async function resumeConversation(ctx: VerbContext, conversationId: string): Promise<EpisodeThread> {
  const thread = await lockRunningThread(ctx, conversationId);
  if (thread.episode.state === 'paused') await resumeEpisode(ctx, thread);
  return thread;
}

/** Resumes a locked, paused thread. */
export async function resumeEpisode(ctx: VerbContext, thread: EpisodeThread): Promise<void> {
  const { episode, now } = thread;
  const leftAt = new Date(now.getTime() + (episode.remainingMs ?? 0));
  const nextDueAt = episode.nextKind === 'nudge' ? openingAt(rulesOf(thread), leftAt) : leftAt;
  const deferredBy = nextDueAt.getTime() > leftAt.getTime() ? 'send_window' : null;
  await raiseFence(ctx, thread, {});
  await changeEpisode(ctx, thread, {
    state: 'waiting',
    nextDueAt,
    deferredBy,
    remainingMs: null,
    pausedUntil: null,
  });
}
