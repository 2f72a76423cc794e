import { createStartPace } from '../../../src/services/outbox/start-pace';

function paceAt(fullPerSecond: number) {
  let nowMs = 0;
  const pace = createStartPace(fullPerSecond, () => nowMs);
  return { pace, advance: (ms: number) => void (nowMs += ms) };
}

test('gives out half a second of starts at once, then as many as time brings', () => {
  const { pace, advance } = paceAt(20);
  expect(pace.take(100, 'live')).toBe(10);
  expect(pace.take(1, 'live')).toBe(0);
  expect(pace.take(1, 'bulk')).toBe(0);
  advance(250);
  expect(pace.take(100, 'live')).toBe(5);
});

test('saves up no more than half a second', () => {
  const { pace, advance } = paceAt(20);
  advance(60_000);
  expect(pace.take(100, 'live')).toBe(10);
});

test('bulk starts take half of the rate, and leave the other half to live ones', () => {
  const { pace } = paceAt(20);
  expect(pace.take(100, 'bulk')).toBe(5);
  expect(pace.take(100, 'bulk')).toBe(0);
  expect(pace.take(100, 'live')).toBe(5);
});

test.each([
  ['live', 10],
  ['bulk', 5],
] as const)('a look at an empty outbox uses no %s start up', (kind, most) => {
  const { pace } = paceAt(20);
  pace.giveBack(pace.take(20, kind), kind);
  expect(pace.take(100, kind)).toBe(most);
  pace.giveBack(1_000, kind);
  expect(pace.take(1_000, kind)).toBe(most);
});

test('late nudges hold up bulk starts, never live ones', () => {
  const { pace, advance } = paceAt(20);
  for (let i = 0; i < 20; i += 1) pace.observe(true);
  pace.take(100, 'live');
  advance(500);
  expect(pace.take(100, 'bulk')).toBe(2);
  expect(pace.take(100, 'live')).toBe(8);
});

test('bulk starts slow down by a third while nudges are late, never below five a second, and recover', () => {
  const { pace } = paceAt(100);
  pace.observe(true);
  expect(pace.bulkPerSecond()).toBeCloseTo(33.5);
  for (let i = 0; i < 20; i += 1) pace.observe(true);
  expect(pace.bulkPerSecond()).toBe(5);
  for (let i = 0; i < 20; i += 1) pace.observe(false);
  expect(pace.bulkPerSecond()).toBe(50);
});

test('a rate whose half is below five a second is kept', () => {
  const { pace } = paceAt(2);
  pace.observe(true);
  expect(pace.bulkPerSecond()).toBe(1);
});
