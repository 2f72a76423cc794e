import * as fc from 'fast-check';
import { spreadOf } from '../../bench/src/spread';

describe('spreadOf', () => {
  test('has nothing to say of no values', () => {
    expect(spreadOf([])).toBeNull();
  });

  test('takes percentiles by nearest rank, whatever the order', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spreadOf(values)).toEqual({ count: 100, min: 1, p10: 10, p50: 50, p90: 90, p99: 99, max: 100 });
  });

  test('a percentile is a value that was measured, and they never fall', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const { min, p10, p50, p90, p99, max } = spreadOf(values) ?? fail();
        const rising = [min, p10, p50, p90, p99, max];
        expect(rising).toEqual([...rising].sort((one, other) => one - other));
        expect(values).toEqual(expect.arrayContaining(rising));
        expect(min).toBe(Math.min(...values));
        expect(max).toBe(Math.max(...values));
      }),
    );
  });
});

function fail(): never {
  throw new Error('values have a spread');
}
