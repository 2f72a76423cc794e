import fc from 'fast-check';
import { DEFAULT_LADDER } from '../../../src/domain/default-texts';
import { planFrom, type Rules } from '../../../src/domain/plan';
import { isOpen } from '../../../src/domain/send-window';
import { simulateLife, type LifeInput } from '../../../src/services/sequence/simulate-life';

const HOUR_MS = 3_600_000;
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const officeHours = { days: [...weekdays], from: '09:00', to: '17:00' };

function life(input: Partial<LifeInput> & { rules?: Rules } = {}) {
  return simulateLife({
    rules: rulesOf({}),
    cap: null,
    anchorAt: new Date('2026-11-20T09:00:00Z'),
    replyAt: null,
    ...input,
  });
}

function rulesOf(rules: Partial<Rules>): Rules {
  return {
    ladder: DEFAULT_LADDER,
    window: null,
    holidays: [],
    timeZone: 'Europe/London',
    organizationLatenessLimitMs: HOUR_MS,
    ...rules,
  };
}

const timesOf = ({ steps }: ReturnType<typeof life>) => steps.map(({ dueAt }) => dueAt.toISOString());

describe('simulateLife', () => {
  test('lives the default ladder to its ghosting', () => {
    const result = life();
    expect(timesOf(result)).toEqual([
      '2026-11-20T09:10:00.000Z',
      '2026-11-20T12:00:00.000Z',
      '2026-11-20T15:00:00.000Z',
    ]);
    expect(result.steps.map(({ stage, sent, deferredBy }) => [stage, sent, deferredBy])).toEqual([
      ['followup_10m', true, null],
      ['followup_3h', true, null],
      ['followup_6h', true, null],
    ]);
    expect(result.ghostAt?.toISOString()).toBe('2026-11-21T15:00:00.000Z');
    expect(result.endsWith).toBe('ghosted');
  });

  test('a reply takes every step from its instant on, and the ghosting', () => {
    const result = life({ replyAt: new Date('2026-11-20T12:00:00Z') });
    expect(result.steps.map(({ sent }) => sent)).toEqual([true, false, false]);
    expect(result).toMatchObject({ ghostAt: null, endsWith: 'replied' });
  });

  test('a step outside the window waits for the opening and pushes those after it', () => {
    const rules = rulesOf({ window: officeHours });
    const result = life({ rules, anchorAt: new Date('2026-11-20T16:55:00Z') });
    expect(timesOf(result)).toEqual([
      '2026-11-23T09:00:00.000Z',
      '2026-11-23T11:50:00.000Z',
      '2026-11-23T14:50:00.000Z',
    ]);
    expect(result.steps.map(({ deferredBy }) => deferredBy)).toEqual(['send_window', null, null]);
    expect(result.steps[0]?.plannedAt.toISOString()).toBe('2026-11-20T17:05:00.000Z');
  });

  test('the frequency cap holds a step until the oldest hand-over leaves its period', () => {
    const result = life({ cap: { max: 2, perMs: 24 * HOUR_MS } });
    expect(timesOf(result)).toEqual([
      '2026-11-20T09:10:00.000Z',
      '2026-11-20T12:00:00.000Z',
      '2026-11-21T09:10:00.000Z',
    ]);
    expect(result.steps[2]).toMatchObject({ deferredBy: 'frequency_cap', sent: true });
  });

  test('plans its first step exactly as a real episode does, and never sends outside the window or out of order', () => {
    const zones = fc.constantFrom('Europe/London', 'Asia/Kolkata', 'America/St_Johns', 'Asia/Tokyo', 'UTC');
    const instants = fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2027-12-31'),
      noInvalidDate: true,
    });
    const caps = fc.option(
      fc.record({ max: fc.integer({ min: 1, max: 4 }), perMs: fc.constant(24 * HOUR_MS) }),
    );
    fc.assert(
      fc.property(zones, instants, caps, (timeZone, anchorAt, cap) => {
        const rules = rulesOf({ timeZone, window: officeHours });
        const result = life({ rules, anchorAt, cap });
        const real = planFrom(rules, { anchorAt, lastStepAt: null }, 1, anchorAt);
        expect(result.steps[0]?.dueAt).toEqual(real.next.dueAt);
        let previousMs = anchorAt.getTime();
        for (const { dueAt, plannedAt } of result.steps) {
          expect(isOpen(officeHours, [], timeZone, dueAt)).toBe(true);
          expect(dueAt.getTime()).toBeGreaterThanOrEqual(plannedAt.getTime());
          expect(dueAt.getTime()).toBeGreaterThan(previousMs);
          previousMs = dueAt.getTime();
        }
        expect(result.ghostAt?.getTime()).toBe(previousMs + DEFAULT_LADDER.ghostAfterMs);
      }),
      { numRuns: 100 },
    );
  });
});
