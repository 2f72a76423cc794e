import type { VerbContext } from '../verb-context';
import { changeEpisode, noteDecisions, raiseFence } from './change-thread';
import { planEpisode } from './plan-episode';
import { lockRunningThread, nextNudgeStep } from './running-thread';
import type { EpisodeThread } from './thread';

/**
 * Skips the step that is next under the locks; it counts at its planned time. Throws not_found, and conflict when it is
 * claimed already, paused, or no step is left.
 */
export async function skipStep(ctx: VerbContext, conversationId: string): Promise<EpisodeThread> {
  const thread = await lockRunningThread(ctx, conversationId);
  const step = await nextNudgeStep(ctx, thread);
  const { anchorAt, nextDueAt } = thread.episode;
  const planned = await planEpisode(ctx, thread, { anchorAt, lastStepAt: nextDueAt }, step + 1);
  await noteDecisions(ctx, thread, [
    {
      step,
      verdict: 'skip',
      gates: [{ gate: 'episode', verdict: 'skip', input: { by: 'operator' } }],
      nextAt: planned.nextDueAt,
    },
  ]);
  await raiseFence(ctx, thread, {});
  await changeEpisode(ctx, thread, planned);
  return thread;
}
