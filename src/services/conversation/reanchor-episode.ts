import type { VerbContext } from '../verb-context';
import { changeEpisode, raiseFence } from './change-thread';
import { keptByPause, planEpisode } from './plan-episode';
import type { EpisodeThread } from './thread';

/**
 * Our word during a running episode: the ladder goes on from there. False when the word is older than the anchor that
 * stands (a late chunk), which changes nothing. A paused episode stays paused, with the new time left.
 */
export async function reanchorEpisode(
  ctx: VerbContext,
  thread: EpisodeThread,
  sentAt: Date,
): Promise<boolean> {
  const { episode, now } = thread;
  if (sentAt.getTime() <= episode.anchorAt.getTime()) return false;
  const position = { anchorAt: sentAt, lastStepAt: episode.lastStepAt };
  const planned = await planEpisode(ctx, thread, position, episode.nextStep ?? 1);
  await raiseFence(ctx, thread, {});
  const next = episode.state === 'paused' ? keptByPause(planned, now) : planned;
  await changeEpisode(ctx, thread, { anchorAt: sentAt, ...next });
  return true;
}
