import { countedAt, gapMs, rawDueAt, stepAt, stepCount, wholeLifeMs } from '../../src/domain/ladder';
import { at, DAY_MS, HOUR_MS, ladderOf, MINUTE_MS } from './rules-for-tests';

const ladder = ladderOf(10, 180, 360);

test.each([
  [1, 10 * MINUTE_MS],
  [2, 170 * MINUTE_MS],
  [3, 180 * MINUTE_MS],
  [4, DAY_MS],
])(
  'the gap before step %i is the difference of the delays; before ghosting it is the last wait',
  (step, gap) => {
    expect(gapMs(ladder, step)).toBe(gap);
  },
);

test('a ladder has as many nudges as steps, and its life is the last delay and the ghost wait', () => {
  expect(stepCount(ladder)).toBe(3);
  expect(stepAt(ladder, 3)?.delayMs).toBe(6 * HOUR_MS);
  expect([stepAt(ladder, 0), stepAt(ladder, 4)]).toEqual([undefined, undefined]);
  expect(wholeLifeMs(ladder)).toBe(30 * HOUR_MS);
});

test.each([
  ['from our word when no step was done', 1, null, '09:00', '09:10'],
  ['from the step before it', 2, '09:10', '09:00', '12:00'],
  ['from a late step before it', 2, '09:40', '09:00', '12:30'],
  ['from our newer word when that is later', 2, '09:10', '10:00', '12:50'],
])('a step is due its gap after the later of both: %s', (_, step, lastStep, anchor, due) => {
  const position = {
    anchorAt: at(`${anchor}:00`),
    lastStepAt: lastStep === null ? null : at(`${lastStep}:00`),
  };
  expect(rawDueAt(ladder, position, step)).toEqual(at(`${due}:00`));
});

test.each([
  ['on time', 0, 0],
  ['early', -5_000, 0],
  ['a minute late', MINUTE_MS, 0],
  ['a millisecond more than a minute late', MINUTE_MS + 1, MINUTE_MS + 1],
  ['half an hour late', 30 * MINUTE_MS, 30 * MINUTE_MS],
])(
  'a step that happened %s counts from its plan unless it was more than a minute late',
  (_, late, counted) => {
    const planned = at('12:00:00');
    expect(countedAt(planned, new Date(planned.getTime() + late)).getTime() - planned.getTime()).toBe(
      counted,
    );
  },
);
