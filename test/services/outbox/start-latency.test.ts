import { createStartLatency } from '../../../src/services/outbox/start-latency';

const MINUTE = 60_000;

function latency() {
  let nowMs = 0;
  const starts = createStartLatency(() => nowMs);
  const wereSlow = (...took: number[]) => {
    took.forEach((ms) => starts.note(ms));
    return starts.wereSlow();
  };
  return { wereSlow, advance: (ms: number) => void (nowMs += ms) };
}

test('no start is no slow start', () => {
  expect(latency().wereSlow()).toBe(false);
});

test('most of them four times as long as at rest are slow, fewer are not', () => {
  const { wereSlow } = latency();
  expect(wereSlow(20, 25, 30)).toBe(false);
  expect(wereSlow(81, 79, 78)).toBe(false);
  expect(wereSlow(81, 81, 79)).toBe(true);
});

test('each question is about the starts since the one before', () => {
  const { wereSlow } = latency();
  expect(wereSlow(20)).toBe(false);
  expect(wereSlow(200)).toBe(true);
  expect(wereSlow()).toBe(false);
});

test('what is over in a moment is not slow, however quick it is at rest', () => {
  const { wereSlow } = latency();
  expect(wereSlow(2)).toBe(false);
  expect(wereSlow(39)).toBe(false);
  expect(wereSlow(41)).toBe(true);
});

test('a Temporal that is far away is measured by itself', () => {
  expect(latency().wereSlow(180, 200, 220)).toBe(false);
});

test('a Temporal that has moved away is slow for a while, not for ever', () => {
  const { wereSlow, advance } = latency();
  expect(wereSlow(10)).toBe(false);
  expect(wereSlow(100)).toBe(true);
  advance(10 * MINUTE);
  expect(wereSlow(100)).toBe(true);
  advance(10 * MINUTE);
  expect(wereSlow(100)).toBe(false);
});
