import { invalidField } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import { changeEpisode, raiseFence } from './change-thread';
import { lockRunningThread } from './running-thread';
import type { EpisodeThread } from './thread';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_PAUSE_MS = 30 * DAY_MS;
const LONGEST_PAUSE_MS = 366 * DAY_MS;

/**
 * Holds an episode and keeps its remaining time. `until` defaults to 30 days and is at most a year ahead; pausing a
 * paused episode only moves its end. Throws not_found, conflict without a running episode, validation_failed.
 */
export async function pauseConversation(
  ctx: VerbContext,
  conversationId: string,
  until?: Date,
): Promise<EpisodeThread> {
  const thread = await lockRunningThread(ctx, conversationId);
  const { episode, now } = thread;
  const pausedUntil = until ?? new Date(now.getTime() + DEFAULT_PAUSE_MS);
  if (pausedUntil.getTime() <= now.getTime()) throw invalidField('until', 'must lie in the future');
  if (pausedUntil.getTime() - now.getTime() > LONGEST_PAUSE_MS) {
    throw invalidField('until', 'must be at most a year ahead');
  }
  const leftMs = Math.max(0, (episode.nextDueAt ?? now).getTime() - now.getTime());
  const remainingMs = episode.state === 'paused' ? episode.remainingMs : leftMs;
  await raiseFence(ctx, thread, {});
  await changeEpisode(ctx, thread, {
    state: 'paused',
    pausedUntil,
    remainingMs,
    nextDueAt: null,
    deferredBy: null,
  });
  return thread;
}
