import { latenessLimitMs, openingAt, planFrom, resolveWindow } from '../../src/domain/plan';
import { WEEKDAYS } from '../../src/domain/organization';
import { at, DAY_MS, HOUR_MS, ladderOf, MINUTE_MS, rulesOf } from './rules-for-tests';

const anchored = { anchorAt: at('09:00:00'), lastStepAt: null };
const office = { days: [...WEEKDAYS], from: '08:00', to: '20:00' };

test('the first step is due its delay after our word', () => {
  expect(planFrom(rulesOf(), anchored, 1, at('09:00:00'))).toEqual({
    skipped: [],
    next: { kind: 'nudge', step: 1, dueAt: at('09:10:00'), deferredBy: null },
    lastStepAt: null,
  });
});

test('after the last step comes ghosting, as step N+1', () => {
  const plan = planFrom(rulesOf(), { ...anchored, lastStepAt: at('15:00:00') }, 4, at('15:00:01'));
  expect(plan.next).toEqual({
    kind: 'ghost',
    step: 4,
    dueAt: new Date('2026-11-21T15:00:00Z'),
    deferredBy: null,
  });
});

test.each([
  ['exactly as late as its limit', '10:10:00.000', 1, [], '09:10:00'],
  ['a millisecond later', '10:10:00.001', 2, [1], '12:00:00'],
  ['an hour after the second', '13:00:00.001', 3, [1, 2], '15:00:00'],
])(
  'a step %s: what is later than its limit is skipped and counts at its planned time',
  (_, now, step, skipped, due) => {
    const plan = planFrom(rulesOf(), anchored, 1, at(now));
    expect(plan.skipped.map((skip) => skip.step)).toEqual(skipped);
    expect(plan.next).toMatchObject({ kind: 'nudge', step, dueAt: at(due) });
  },
);

test('a silence in which all steps are too late is ghosted at its own time, without a nudge', () => {
  const plan = planFrom(rulesOf(), anchored, 1, new Date('2026-11-20T23:00:00Z'));
  expect(plan.skipped).toEqual([
    { step: 1, dueAt: at('09:10:00'), limitMs: HOUR_MS },
    { step: 2, dueAt: at('12:00:00'), limitMs: HOUR_MS },
    { step: 3, dueAt: at('15:00:00'), limitMs: HOUR_MS },
  ]);
  expect(plan.next).toMatchObject({ kind: 'ghost', step: 4, dueAt: new Date('2026-11-21T15:00:00Z') });
  expect(plan.lastStepAt).toEqual(at('15:00:00'));
});

test('a step that falls outside the window waits for its opening, and pushes those after it', () => {
  const rules = rulesOf({ window: office });
  const evening = { anchorAt: at('19:55:00'), lastStepAt: null };
  const first = planFrom(rules, evening, 1, at('19:55:00'));
  expect(first.next).toEqual({
    kind: 'nudge',
    step: 1,
    dueAt: new Date('2026-11-21T08:00:00Z'),
    deferredBy: 'send_window',
  });
  const second = planFrom(rules, { ...evening, lastStepAt: first.next.dueAt }, 2, first.next.dueAt);
  expect(second.next).toMatchObject({ step: 2, dueAt: new Date('2026-11-21T10:50:00Z'), deferredBy: null });
});

test('a deferral is not lateness: a step that waited for the window all night is sent at its opening', () => {
  const rules = rulesOf({ window: office });
  const plan = planFrom(
    rules,
    { anchorAt: at('19:55:00'), lastStepAt: null },
    1,
    new Date('2026-11-21T08:30:00Z'),
  );
  expect(plan).toMatchObject({ skipped: [], next: { step: 1, dueAt: new Date('2026-11-21T08:00:00Z') } });
});

test('ghosting waits for no window', () => {
  const plan = planFrom(
    rulesOf({ window: office }),
    { ...anchored, lastStepAt: at('02:00:00') },
    4,
    at('09:00:00'),
  );
  expect(plan.next).toMatchObject({
    kind: 'ghost',
    dueAt: new Date('2026-11-21T09:00:00Z'),
    deferredBy: null,
  });
});

test('without any opening in sight a step waits a day, it is never dropped', () => {
  const holidays = Array.from({ length: 800 }, (_, i) =>
    new Date(Date.UTC(2026, 10, 20) + i * DAY_MS).toISOString().slice(0, 10),
  );
  expect(openingAt(rulesOf({ window: office, holidays }), at('09:00:00'))).toEqual(
    new Date('2026-11-21T09:00:00Z'),
  );
});

test.each([
  ['the step says it', 5 * MINUTE_MS, 2 * HOUR_MS, 5 * MINUTE_MS],
  ['the sequence says it', undefined, 2 * HOUR_MS, 2 * HOUR_MS],
  ['the organization says it', undefined, undefined, HOUR_MS],
])('the limit of lateness: %s', (_, ofStep, ofLadder, limit) => {
  const ladder = ladderOf(10, 20);
  if (ofLadder !== undefined) ladder.latenessLimitMs = ofLadder;
  const [first] = ladder.steps;
  if (first && ofStep !== undefined) first.latenessLimitMs = ofStep;
  expect(latenessLimitMs(rulesOf({ ladder }), 1)).toBe(limit);
});

test('the sequence decides on the window when it says anything, even that there is none', () => {
  const own = { ...office, from: '10:00' };
  expect(resolveWindow(ladderOf(10), office)).toBe(office);
  expect(resolveWindow({ ...ladderOf(10), sendWindow: own }, office)).toBe(own);
  expect(resolveWindow({ ...ladderOf(10), sendWindow: null }, office)).toBeNull();
});
