import type { VerbContext } from '../verb-context';
import { changeEpisode, raiseFence } from './change-thread';
import { lockRunningThread, nextNudgeStep } from './running-thread';
import type { EpisodeThread } from './thread';

/**
 * Makes the next step due now; all gates hold. Throws not_found, and conflict when it is claimed already, paused, or no
 * step is left.
 */
export async function sendNow(ctx: VerbContext, conversationId: string): Promise<EpisodeThread> {
  const thread = await lockRunningThread(ctx, conversationId);
  await nextNudgeStep(ctx, thread);
  await raiseFence(ctx, thread, {});
  await changeEpisode(ctx, thread, { nextDueAt: thread.now, deferredBy: null });
  return thread;
}
