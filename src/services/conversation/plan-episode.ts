import type { GateVerdict } from '../../domain/gates';
import { planFrom, type Plan } from '../../domain/plan';
import type { Position } from '../../domain/ladder';
import type { VerbContext } from '../verb-context';
import { noteDecisions, type DecisionNote } from './change-thread';
import { rulesOf, type EpisodeRow, type EpisodeThread } from './thread';

/** What an episode row holds of a plan. */
export type NextColumns = Pick<
  EpisodeRow,
  'nextKind' | 'nextStep' | 'nextDueAt' | 'deferredBy' | 'lastStepAt'
>;

export function nextColumns({ next, lastStepAt }: Plan): NextColumns {
  return {
    nextKind: next.kind,
    nextStep: next.step,
    nextDueAt: next.dueAt,
    deferredBy: next.deferredBy,
    lastStepAt,
  };
}

/** Plans an episode from `step` on and stores a decision for every step that is already too late. */
export async function planEpisode(ctx: VerbContext, thread: EpisodeThread, position: Position, step: number) {
  const plan = planFrom(rulesOf(thread), position, step, thread.now);
  await noteDecisions(ctx, thread, skipNotes(plan, thread.now));
  return nextColumns(plan);
}

/** A plan that is made during a pause: the time until its step is what the pause keeps. */
export function keptByPause(planned: NextColumns, now: Date) {
  const remainingMs = Math.max(0, (planned.nextDueAt ?? now).getTime() - now.getTime());
  return { ...planned, nextDueAt: null, deferredBy: null, remainingMs };
}

/** The decisions that belong to a plan: one for every step that is already too late. */
export function skipNotes(plan: Plan, now: Date): DecisionNote[] {
  return plan.skipped.map((skipped) => ({
    step: skipped.step,
    verdict: 'skip',
    gates: [tooLate(skipped, now)],
    nextAt: plan.next.dueAt,
  }));
}

function tooLate({ dueAt, limitMs }: { dueAt: Date; limitMs: number }, now: Date): GateVerdict {
  const input = { dueAt: dueAt.toISOString(), lateMs: now.getTime() - dueAt.getTime(), limitMs };
  return { gate: 'lateness', verdict: 'skip', input };
}
