import { drainOf } from '../../proof/outage/drain-rate';
import { EMPTY } from '../support/recording-http';
import type { ProviderRecord } from '../support/recording-ledger';

const BACK_AT = 10_000;

function call(number: number, at: number, accepted = true): ProviderRecord {
  const outcome = accepted ? ('accepted' as const) : ('refused' as const);
  return {
    ...EMPTY,
    ...{ seq: 0, side: 'http', key: null, attempt: 1, repeat: false },
    ...{ at, outcome, accepted, conversationId: `c${number}` },
  };
}

test('the rate of a backlog is that of its middle: a late beginning and a straggler do not count', () => {
  const even = Array.from({ length: 100 }, (_, number) => call(number, BACK_AT + 5_000 + number * 20));
  expect(drainOf(even, 100, BACK_AT)).toEqual({
    ...{ perSecond: 50, firstMs: 5_000, lastMs: 6_980, attempts: 1, missing: 0 },
  });
  const straggler = [...even.slice(0, 99), call(99, BACK_AT + 90_000)];
  expect(drainOf(straggler, 100, BACK_AT)).toMatchObject({ perSecond: 50, lastMs: 90_000 });
});

test('what stood ready when it fell due is no rate', () => {
  const ready = Array.from({ length: 30 }, (_, number) => call(number, BACK_AT));
  const rest = Array.from({ length: 70 }, (_, number) => call(30 + number, BACK_AT + 1_000 + number * 20));
  expect(drainOf([...ready, ...rest], 100, BACK_AT)).toMatchObject({ perSecond: 50 });
});

test('what was refused is an attempt and no delivery; what never came is missing', () => {
  const records = [
    call(1, BACK_AT - 500, false),
    call(1, BACK_AT + 100),
    call(1, BACK_AT + 200),
    call(2, BACK_AT + 300),
  ];
  expect(drainOf(records, 4, BACK_AT)).toMatchObject({ attempts: 1, missing: 2, firstMs: 100, lastMs: 300 });
  expect(drainOf([], 4, BACK_AT)).toMatchObject({ perSecond: 0, missing: 4 });
});
