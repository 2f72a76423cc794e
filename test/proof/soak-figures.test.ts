import { growthOf } from '../../proof/soak/sampling';
import { quantileOf, slopeOf } from '../../proof/soak/slope';
import { sumOf } from '../../proof/soak/worker-facts';

const HOUR_MS = 3_600_000;

test.each([
  ['nothing', [], 0],
  ['one point', [[1, 5]], 0],
  [
    'a level line',
    [
      [0, 7],
      [1, 7],
      [2, 7],
    ],
    0,
  ],
  [
    'a rising line',
    [
      [0, 1],
      [1, 3],
      [2, 5],
    ],
    2,
  ],
  [
    'a line that falls and swings',
    [
      [0, 10],
      [1, 6],
      [2, 8],
      [3, 4],
    ],
    -1.6,
  ],
])('the slope of %s', (_name, points, slope) => {
  expect(slopeOf(points.map(([x = 0, y = 0]) => ({ x, y })))).toBeCloseTo(slope, 10);
});

test('a quantile is one of the values, whatever their order', () => {
  expect(quantileOf([], 0.5)).toBe(0);
  expect(quantileOf([3, 1, 2], 0.5)).toBe(2);
  expect(quantileOf([3, 1, 2], 0.99)).toBe(3);
});

test('growth is seen from the end of the warm-up on', () => {
  const samples = Array.from({ length: 120 }, (_, minute) => ({
    at: (minute * HOUR_MS) / 60,
    residentMb: minute < 60 ? minute * 10 : 600 + minute * 0.5,
    handles: minute < 60 ? 10 : minute < 90 ? 40 : 55,
  }));
  const growth = growthOf('worker', samples, HOUR_MS);
  expect(growth.mbPerHour).toBeCloseTo(30, 5);
  expect(growth.handles).toEqual([40, 55]);
  expect(growth.firstMb).toBeLessThan(growth.lastMb);
});

test('a metric is summed over its labels, and no other with it', () => {
  const text = [
    '# TYPE temporal_failed_total counter',
    'temporal_failed_total{reason="a"} 2',
    'temporal_failed_total{reason="b"} 3',
    'temporal_failed_total_other 90',
    'other_temporal_failed_total 90',
    '',
  ].join('\n');
  expect(sumOf(text, 'temporal_failed_total')).toBe(5);
  expect(sumOf(text, 'temporal_done_total')).toBe(0);
});
