import type { ActInput } from '../../contracts/conversation-workflow';
import { countedAt } from '../../domain/ladder';
import { updateEpisode } from '../conversation/change-thread';
import { keptByPause, planEpisode } from '../conversation/plan-episode';
import type { EpisodeThread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import type { DeliveryRow } from './ask';

/** The step is used up (sent, failed, unknown or skipped) and counts at `doneAt`: plans what comes after it. */
export async function advanceEpisode(ctx: VerbContext, thread: EpisodeThread, step: number, doneAt: Date) {
  const position = { anchorAt: thread.episode.anchorAt, lastStepAt: doneAt };
  const planned = await planEpisode(ctx, thread, position, step + 1);
  const isPaused = thread.episode.state === 'paused';
  await updateEpisode(ctx, thread, isPaused ? keptByPause(planned, thread.now) : planned);
  return planned;
}

/**
 * Moves on from a used-up step if the episode still points at it, also when our own word or a pause came during the
 * call: what is due next is never a step that was handed over. An ended episode points at nothing.
 */
export async function moveOn(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  delivery: DeliveryRow,
) {
  const { nextKind, nextStep } = thread.episode;
  if (nextKind !== 'nudge' || nextStep !== input.step) return;
  await advanceEpisode(ctx, thread, input.step, countedAt(delivery.dueAt, delivery.settledAt ?? thread.now));
}
