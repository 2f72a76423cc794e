import { wholeLifeMs } from '../../domain/ladder';
import { planFrom, type Plan } from '../../domain/plan';
import type { VerbContext } from '../verb-context';
import { enqueue, LANES, noteDecisions, raiseFence, type Lane } from './change-thread';
import { insertEpisode } from './insert-statements';
import { newestSequence } from './opening-facts';
import { nextColumns, skipNotes } from './plan-episode';
import { hasEpisode, rulesFor, type ContactRow, type SequenceRow, type Thread } from './thread';

/** An episode that our word opens, before it is stored. */
export interface Opening {
  sequence: SequenceRow;
  anchorAt: Date;
  /** null: a silence older than the whole ladder is ghosted at once and needs no workflow. */
  plan: Plan | null;
}

type OpeningSide = Pick<Thread, 'organization' | 'now'> & { contact: Pick<ContactRow, 'timeZone'> };

/** Plans the episode that our word at `anchorAt` opens, pinned to this version of the sequence. */
export function planOpening(
  { organization, contact, now }: OpeningSide,
  sequence: SequenceRow,
  anchorAt: Date,
): Opening {
  const dead = now.getTime() - anchorAt.getTime() >= wholeLifeMs(sequence.ladder);
  const rules = rulesFor(organization, contact, sequence);
  const plan = dead ? null : planFrom(rules, { anchorAt, lastStepAt: null }, 1, now);
  return { sequence, anchorAt, plan };
}

/** Where the conversation stands once the episode is open. */
export const standingAt = ({ plan }: Opening) =>
  plan === null
    ? { stage: 'ghosted' as const, stopReason: 'ghosted' as const }
    : { stage: 'new' as const, stopReason: null };

/** Our word opens the next episode, measured from `anchorAt`, pinned to the newest version of the sequence. */
export async function openEpisode(ctx: VerbContext, thread: Thread, anchorAt: Date): Promise<void> {
  const sequence = await newestSequence(ctx, thread.conversation.sequenceName);
  const opening = planOpening(thread, sequence, anchorAt);
  const standing = standingAt(opening);
  const episode = thread.conversation.episode + 1;
  await raiseFence(ctx, thread, { episode, ...standing }, { reason: standing.stopReason });
  await storeOpening(ctx, thread, opening, LANES.start);
}

/** Stores the episode under the number and the fence that the conversation has, and the start of its workflow. */
export async function storeOpening(
  ctx: VerbContext,
  thread: Thread,
  opening: Opening,
  lane: Lane,
): Promise<void> {
  const { organizationId, id, episode, fence } = thread.conversation;
  const [row] = await insertEpisode(ctx.tx).execute({
    organizationId,
    conversationId: id,
    number: episode,
    revision: fence,
    updatedAt: ctx.now,
    ...openingColumns(opening, thread.now),
  });
  if (!row) throw new Error('the episode was not stored');
  thread.episode = row;
  thread.sequence = opening.sequence;
  if (opening.plan === null || !hasEpisode(thread)) return;
  await noteDecisions(ctx, thread, skipNotes(opening.plan, thread.now));
  await enqueue(ctx, thread, lane);
}

/** What the episode's row holds from the start, beside its key and its revision. */
export function openingColumns({ sequence, anchorAt, plan }: Opening, now: Date) {
  const opened = { sequenceId: sequence.id, openedAt: now, anchorAt };
  if (plan !== null)
    return { ...opened, state: 'waiting', stopReason: null, endedAt: null, ...nextColumns(plan) } as const;
  const nothing = { nextKind: null, nextStep: null, nextDueAt: null, deferredBy: null, lastStepAt: null };
  return { ...opened, state: 'ended', stopReason: 'ghosted', endedAt: now, ...nothing } as const;
}
