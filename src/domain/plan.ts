import type { Deferral, NextKind } from './conversation';
import { rawDueAt, stepAt, stepCount, type Position } from './ladder';
import type { SendWindow } from './organization';
import { nextOpening } from './send-window';
import type { Ladder } from './sequence';

/** The rules of one conversation's organization, sequence and contact, resolved. */
export interface Rules {
  ladder: Ladder;
  window: SendWindow | null;
  holidays: readonly string[];
  timeZone: string;
  organizationLatenessLimitMs: number;
}

export interface PlannedStep {
  kind: NextKind;
  step: number;
  dueAt: Date;
  deferredBy: Deferral | null;
}

export interface Plan {
  /** Steps that were already too late when the plan was made, in order. */
  skipped: { step: number; dueAt: Date; limitMs: number }[];
  /** Due time may lie in the past: it is then due at once. */
  next: PlannedStep;
  lastStepAt: Date | null;
}

/** Window of the sequence if it says one (null = none at all), else the organization's. */
export function resolveWindow(ladder: Ladder, organizationWindow: SendWindow | null): SendWindow | null {
  return ladder.sendWindow === undefined ? organizationWindow : ladder.sendWindow;
}

/** Step, else sequence, else organization. */
export function latenessLimitMs(rules: Rules, step: number): number {
  const ofStep = stepAt(rules.ladder, step)?.latenessLimitMs;
  return ofStep ?? rules.ladder.latenessLimitMs ?? rules.organizationLatenessLimitMs;
}

/** `at`, or the next opening of the window after it. Without any opening in sight, a day later: never dropped. */
export function openingAt(rules: Rules, at: Date): Date {
  if (!rules.window) return at;
  return (
    nextOpening(rules.window, rules.holidays, rules.timeZone, at) ?? new Date(at.getTime() + 24 * 3_600_000)
  );
}

/**
 * What comes next from `step` on, seen at `now`. The one place that plans: creation, words, commands, sends and the
 * simulator all call it. A step later than its limit is skipped and counts at its planned time.
 */
export function planFrom(rules: Rules, position: Position, step: number, now: Date): Plan {
  const skipped: Plan['skipped'] = [];
  let lastStepAt = position.lastStepAt;
  for (let n = step; n <= stepCount(rules.ladder); n += 1) {
    const rawAt = rawDueAt(rules.ladder, { anchorAt: position.anchorAt, lastStepAt }, n);
    const dueAt = openingAt(rules, rawAt);
    const limitMs = latenessLimitMs(rules, n);
    if (now.getTime() - dueAt.getTime() <= limitMs) {
      const deferredBy = dueAt.getTime() > rawAt.getTime() ? 'send_window' : null;
      return { skipped, next: { kind: 'nudge', step: n, dueAt, deferredBy }, lastStepAt };
    }
    skipped.push({ step: n, dueAt, limitMs });
    lastStepAt = dueAt;
  }
  const ghostStep = Math.max(step, stepCount(rules.ladder) + 1);
  const dueAt = rawDueAt(rules.ladder, { anchorAt: position.anchorAt, lastStepAt }, ghostStep);
  return { skipped, next: { kind: 'ghost', step: ghostStep, dueAt, deferredBy: null }, lastStepAt };
}
