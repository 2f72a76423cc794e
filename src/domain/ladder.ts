import type { Ladder, Step } from './sequence';

/** A late step counts from its planned time unless it was later than this. */
const ON_TIME_MS = 60_000;

/** Where an episode stands on its ladder: our latest word, and when the step before the next one counts as done. */
export interface Position {
  anchorAt: Date;
  lastStepAt: Date | null;
}

/** Number of nudges; ghosting is step `stepCount + 1`. */
export const stepCount = (ladder: Ladder): number => ladder.steps.length;

export function stepAt(ladder: Ladder, step: number): Step | undefined {
  return ladder.steps[step - 1];
}

/** Time between step n-1 and step n in ms; n = stepCount + 1 is the wait before ghosting. */
export function gapMs(ladder: Ladder, step: number): number {
  const present = stepAt(ladder, step);
  if (!present) return ladder.ghostAfterMs;
  return present.delayMs - (stepAt(ladder, step - 1)?.delayMs ?? 0);
}

/** due(n) = later of (previous step's time, our latest word) + gap(n), before any window. */
export function rawDueAt(ladder: Ladder, position: Position, step: number): Date {
  const from = Math.max(position.anchorAt.getTime(), position.lastStepAt?.getTime() ?? 0);
  return new Date(from + gapMs(ladder, step));
}

/** The instant from which the next gap is measured: the plan, unless the step really happened more than a minute late. */
export function countedAt(plannedAt: Date, happenedAt: Date): Date {
  return happenedAt.getTime() - plannedAt.getTime() <= ON_TIME_MS ? plannedAt : happenedAt;
}

/** Steps and ghost wait together, in ms: a silence at least this old is ghosted at once. */
export function wholeLifeMs(ladder: Ladder): number {
  return (ladder.steps.at(-1)?.delayMs ?? 0) + ladder.ghostAfterMs;
}
