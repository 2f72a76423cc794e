import { and, eq } from 'drizzle-orm';
import { deliveries } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import { isRunning, lockThread, type EpisodeThread } from './thread';

/** The locked thread of a running episode. Throws not_found, or conflict when none runs. */
export async function lockRunningThread(ctx: VerbContext, conversationId: string): Promise<EpisodeThread> {
  const thread = await lockThread(ctx, conversationId);
  if (!isRunning(thread)) throw new AppError('conflict', 'No episode of this conversation is running.');
  return thread;
}

/** The step that an operator may still move. Throws conflict: paused, none left, or already claimed. */
export async function nextNudgeStep(ctx: VerbContext, thread: EpisodeThread): Promise<number> {
  const { episode } = thread;
  if (episode.state === 'paused') throw new AppError('conflict', 'The episode is paused; resume it first.');
  if (episode.nextKind !== 'nudge' || episode.nextStep === null) {
    throw new AppError('conflict', 'The episode has no step left.');
  }
  const [delivery] = await ctx.tx
    .select({ status: deliveries.status })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.organizationId, ctx.organizationId),
        eq(deliveries.conversationId, episode.conversationId),
        eq(deliveries.episode, episode.number),
        eq(deliveries.step, episode.nextStep),
      ),
    );
  if (delivery && delivery.status !== 'cancelled') {
    throw new AppError('conflict', `Step ${episode.nextStep} is already ${delivery.status}.`);
  }
  return episode.nextStep;
}
