import { createStartPace } from '../../../src/services/outbox/start-pace';

function paceAt(fullPerSecond: number) {
  let nowMs = 0;
  const pace = createStartPace(fullPerSecond, () => nowMs);
  return { pace, advance: (ms: number) => void (nowMs += ms) };
}

test('gives out half a second of starts at once, then as many as time brings', () => {
  const { pace, advance } = paceAt(20);
  expect(pace.take(100)).toBe(10);
  expect(pace.tryTake()).toBe(false);
  advance(250);
  expect(pace.take(100)).toBe(5);
});

test('saves up no more than half a second', () => {
  const { pace, advance } = paceAt(20);
  advance(60_000);
  expect(pace.take(100)).toBe(10);
});

test('a look at an empty outbox uses no start up', () => {
  const { pace } = paceAt(20);
  const taken = pace.take(20);
  pace.giveBack(taken);
  expect(pace.take(100)).toBe(10);
  pace.giveBack(1_000);
  expect(pace.take(1_000)).toBe(10);
});

test('slows down by a third while nudges are late, never below five a second, and recovers', () => {
  const { pace } = paceAt(100);
  pace.observe(true);
  expect(pace.ratePerSecond()).toBeCloseTo(67);
  for (let i = 0; i < 20; i += 1) pace.observe(true);
  expect(pace.ratePerSecond()).toBe(5);
  for (let i = 0; i < 20; i += 1) pace.observe(false);
  expect(pace.ratePerSecond()).toBe(100);
});

test('a rate below five a second is kept', () => {
  const { pace } = paceAt(2);
  pace.observe(true);
  expect(pace.ratePerSecond()).toBe(2);
});
