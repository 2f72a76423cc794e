import type { Rules } from '../../src/domain/plan';
import type { Ladder } from '../../src/domain/sequence';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A ladder of the delays, in minutes; ghosted a day after the last. */
export function ladderOf(...delaysMin: number[]): Ladder {
  const steps = delaysMin.map((minutes) => ({
    delayMs: minutes * MINUTE_MS,
    template: 'any',
    stage: 'followup' as const,
  }));
  return { steps, ghostAfterMs: DAY_MS };
}

/** 10 min, 3 h, 6 h; no window; an hour of patience. */
export function rulesOf(overrides: Partial<Rules> = {}): Rules {
  return {
    ladder: ladderOf(10, 180, 360),
    window: null,
    holidays: [],
    timeZone: 'UTC',
    organizationLatenessLimitMs: HOUR_MS,
    ...overrides,
  };
}

export const at = (time: string): Date => new Date(`2026-11-20T${time}Z`);
