import fc from 'fast-check';
import { countedAt, stepCount, wholeLifeMs } from '../../src/domain/ladder';
import { openingAt, planFrom, type Plan, type Rules } from '../../src/domain/plan';
import { WEEKDAYS } from '../../src/domain/organization';
import { isOpen } from '../../src/domain/send-window';
import { DAY_MS, HOUR_MS, ladderOf, MINUTE_MS, rulesOf } from './rules-for-tests';

const START_MS = Date.UTC(2026, 0, 1);
const zones = fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone'));
const timeOfDay = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const windows = fc.option(
  fc.record({ days: fc.subarray([...WEEKDAYS], { minLength: 1 }), from: timeOfDay, to: timeOfDay }),
);
const ladders = fc
  .uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 6 })
  .map((minutes) => ladderOf(...minutes.sort((a, b) => a - b)));
const rulesets: fc.Arbitrary<Rules> = fc
  .record({ ladder: ladders, window: windows, timeZone: zones, limitMin: fc.integer({ min: 0, max: 600 }) })
  .map(({ ladder, window, timeZone, limitMin }) =>
    rulesOf({ ladder, window, timeZone, organizationLatenessLimitMs: limitMin * MINUTE_MS }),
  );
const anchors = fc.integer({ min: 0, max: 2 * 365 * DAY_MS }).map((ms) => new Date(START_MS + ms));
const delays = fc.array(fc.integer({ min: 0, max: 3 * HOUR_MS }), { minLength: 8, maxLength: 8 });

interface Happening {
  plan: Plan;
  seenAt: Date;
}

/** Lives a whole episode: every step happens `delays[i]` after it was due. */
function live(rules: Rules, anchorAt: Date, delaysMs: number[]): Happening[] {
  const happenings: Happening[] = [];
  let lastStepAt: Date | null = null;
  let step = 1;
  let now = anchorAt;
  for (;;) {
    const plan = planFrom(rules, { anchorAt, lastStepAt }, step, now);
    happenings.push({ plan, seenAt: now });
    if (plan.next.kind === 'ghost') return happenings;
    const lateMs = delaysMs[happenings.length % delaysMs.length] ?? 0;
    now = new Date(Math.max(now.getTime(), plan.next.dueAt.getTime()) + lateMs);
    lastStepAt = countedAt(plan.next.dueAt, now);
    step = plan.next.step + 1;
  }
}

test('a life has every step once, sent or skipped, in order, and ends with ghosting', () => {
  fc.assert(
    fc.property(rulesets, anchors, delays, (rules, anchorAt, delaysMs) => {
      const happenings = live(rules, anchorAt, delaysMs);
      const steps = happenings.flatMap(({ plan }) => [
        ...plan.skipped.map(({ step }) => step),
        plan.next.step,
      ]);
      expect(steps).toEqual(Array.from({ length: stepCount(rules.ladder) + 1 }, (_, i) => i + 1));
    }),
  );
});

test('no step is due earlier than its gap after the one before it, and never outside the window', () => {
  fc.assert(
    fc.property(rulesets, anchors, delays, (rules, anchorAt, delaysMs) => {
      let previousMs = anchorAt.getTime();
      let previousDelayMs = 0;
      for (const { plan } of live(rules, anchorAt, delaysMs)) {
        const { next } = plan;
        if (next.kind === 'ghost') continue;
        const delayMs = rules.ladder.steps[next.step - 1]?.delayMs ?? 0;
        expect(next.dueAt.getTime() - previousMs).toBeGreaterThanOrEqual(delayMs - previousDelayMs);
        if (rules.window) expect(isOpen(rules.window, rules.holidays, rules.timeZone, next.dueAt)).toBe(true);
        previousMs = next.dueAt.getTime();
        previousDelayMs = delayMs;
      }
    }),
  );
});

test('a step is skipped if and only if it is later than its limit', () => {
  fc.assert(
    fc.property(rulesets, anchors, delays, (rules, anchorAt, delaysMs) => {
      for (const { plan, seenAt } of live(rules, anchorAt, delaysMs)) {
        for (const { dueAt, limitMs } of plan.skipped) {
          expect(seenAt.getTime() - dueAt.getTime()).toBeGreaterThan(limitMs);
        }
        if (plan.next.kind !== 'nudge') continue;
        const lateMs = seenAt.getTime() - plan.next.dueAt.getTime();
        expect(lateMs).toBeLessThanOrEqual(rules.organizationLatenessLimitMs);
      }
    }),
  );
});

test('planning again at the same instant says the same', () => {
  fc.assert(
    fc.property(rulesets, anchors, fc.integer({ min: 0, max: 10 * DAY_MS }), (rules, anchorAt, ageMs) => {
      const now = new Date(anchorAt.getTime() + ageMs);
      const plan = planFrom(rules, { anchorAt, lastStepAt: null }, 1, now);
      const again = planFrom(rules, { anchorAt, lastStepAt: plan.lastStepAt }, plan.next.step, now);
      expect(again).toEqual({ ...plan, skipped: [] });
    }),
  );
});

test('without a window nothing of a silence older than the whole ladder is left to send', () => {
  fc.assert(
    fc.property(ladders, anchors, fc.nat(DAY_MS), (ladder, anchorAt, olderMs) => {
      const rules = rulesOf({ ladder });
      const now = new Date(anchorAt.getTime() + wholeLifeMs(ladder) + olderMs);
      const { next } = planFrom(rules, { anchorAt, lastStepAt: null }, 1, now);
      expect(next.kind).toBe('ghost');
      expect(next.dueAt.getTime()).toBeLessThanOrEqual(now.getTime());
    }),
  );
});

test('the opening of a window lies at or after what was asked, and an open instant is its own opening', () => {
  fc.assert(
    fc.property(rulesets, anchors, (rules, instant) => {
      const opensAt = openingAt(rules, instant);
      expect(opensAt.getTime()).toBeGreaterThanOrEqual(instant.getTime());
      expect(openingAt(rules, opensAt)).toEqual(opensAt);
    }),
  );
});
