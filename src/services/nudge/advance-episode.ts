import type { ActInput } from '../../contracts/conversation-workflow';
import { countedAt } from '../../domain/ladder';
import { updateEpisode } from '../conversation/change-thread';
import { planEpisode } from '../conversation/plan-episode';
import type { EpisodeThread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import type { DeliveryRow } from './ask';

/** The step is used up (sent, failed, unknown or skipped) and counts at `doneAt`: plans what comes after it. */
export async function advanceEpisode(ctx: VerbContext, thread: EpisodeThread, step: number, doneAt: Date) {
  const position = { anchorAt: thread.episode.anchorAt, lastStepAt: doneAt };
  const planned = await planEpisode(ctx, thread, position, step + 1);
  await updateEpisode(ctx, thread, planned);
  return planned;
}

/**
 * Moves on from a used-up step if the episode still points at it and nobody changed it since the workflow asked. After
 * a re-anchoring it stays: the step's new due time finds it used up, and moves on then.
 */
export async function moveOn(
  ctx: VerbContext,
  thread: EpisodeThread,
  input: ActInput,
  delivery: DeliveryRow,
) {
  const { episode, conversation } = thread;
  const pointsAtIt =
    episode.state === 'waiting' && episode.nextKind === 'nudge' && episode.nextStep === input.step;
  if (!pointsAtIt || conversation.fence !== input.revision) return;
  await advanceEpisode(ctx, thread, input.step, countedAt(delivery.dueAt, delivery.settledAt ?? thread.now));
}
