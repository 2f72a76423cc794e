import { and, desc, eq } from 'drizzle-orm';
import { episodes, sequences } from '../../db/schema';
import { invalidField } from '../../domain/errors';
import { wholeLifeMs } from '../../domain/ladder';
import type { VerbContext } from '../verb-context';
import { enqueue, LANES, raiseFence, updateEpisode, type Lane } from './change-thread';
import { planEpisode } from './plan-episode';
import { hasEpisode, type SequenceRow, type Thread } from './thread';

/** The newest version of a sequence. Throws unknown_sequence. */
export async function newestSequence(
  { tx, organizationId }: VerbContext,
  name: string,
): Promise<SequenceRow> {
  const [row] = await tx
    .select()
    .from(sequences)
    .where(and(eq(sequences.organizationId, organizationId), eq(sequences.name, name)))
    .orderBy(desc(sequences.version))
    .limit(1);
  if (!row) throw unknownSequence(name);
  return row;
}

export const unknownSequence = (name: string) =>
  invalidField('sequence', `there is no sequence "${name}"`, 'unknown_sequence');

/**
 * Our word opens the next episode, measured from `anchorAt`, pinned to the newest version of the sequence. A silence
 * older than the whole ladder is ghosted at once and needs no workflow.
 */
export async function openEpisode(
  ctx: VerbContext,
  thread: Thread,
  anchorAt: Date,
  lane: Lane = LANES.start,
) {
  const sequence = await newestSequence(ctx, thread.conversation.sequenceName);
  const number = thread.conversation.episode + 1;
  const dead = thread.now.getTime() - anchorAt.getTime() >= wholeLifeMs(sequence.ladder);
  const stage = dead ? 'ghosted' : 'new';
  const stopReason = dead ? 'ghosted' : null;
  await raiseFence(ctx, thread, { episode: number, stage, stopReason }, { reason: stopReason });
  const [episode] = await ctx.tx
    .insert(episodes)
    .values({
      organizationId: ctx.organizationId,
      conversationId: thread.conversation.id,
      number,
      sequenceId: sequence.id,
      state: dead ? 'ended' : 'waiting',
      stopReason,
      openedAt: thread.now,
      anchorAt,
      endedAt: dead ? thread.now : null,
      revision: thread.conversation.fence,
      updatedAt: ctx.now,
    })
    .returning();
  thread.episode = episode ?? null;
  thread.sequence = sequence;
  if (dead || !hasEpisode(thread)) return;
  const planned = await planEpisode(ctx, thread, { anchorAt, lastStepAt: null }, 1);
  await updateEpisode(ctx, thread, planned);
  await enqueue(ctx, thread, lane);
}
