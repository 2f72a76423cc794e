import fc from 'fast-check';
import { formatDuration, MAX_DURATION_MS, parseDuration } from '../../src/domain/durations';

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['366d', MAX_DURATION_MS],
    ['PT30M', 1_800_000],
    ['P1DT2H', 93_600_000],
    ['P2W', 1_209_600_000],
    ['P1W1DT1H1M1S', 694_861_000],
    ['PT1.5S', 1_500],
    ['PT0,001S', 1],
    ['PT0.1000000S', 100],
    ['P366D', MAX_DURATION_MS],
  ])('reads %s as %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each([
    ['nothing', ''],
    ['a bare number', '30'],
    ['a bare unit', 'm'],
    ['zero', '0s'],
    ['zero in ISO', 'PT0S'],
    ['a negative', '-5m'],
    ['a negative in ISO', '-PT5M'],
    ['a fraction in the short form', '1.5h'],
    ['an upper-case unit, which could mean months', '30M'],
    ['spaces', ' 30m '],
    ['two units in the short form', '1h30m'],
    ['a line break after it', '30m\n'],
    ['an empty ISO duration', 'P'],
    ['an empty time part', 'P1DT'],
    ['months', 'P1M'],
    ['years', 'P1Y'],
    ['parts in the wrong order', 'PT1S2M'],
    ['a fraction of minutes', 'PT1.5M'],
    ['finer than a millisecond', 'PT0.0005S'],
    ['longer than 366 days', '367d'],
    ['one second longer than 366 days', 'P366DT1S'],
    ['more digits than a number holds', `${'9'.repeat(400)}s`],
    ['digits of another script', '٣٠m'],
  ])('refuses %s', (_what, text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('answers with whole, positive milliseconds within 366 days, or null, for any text', () => {
    const near = fc.stringMatching(/^P?(\d{0,4}[WDYM])?(T(\d{0,3}[HM])?(\d{1,3}([.,]\d{1,4})?S)?)?$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        const durationMs = parseDuration(text);
        expect(durationMs === null || (Number.isInteger(durationMs) && durationMs > 0)).toBe(true);
        expect(durationMs ?? 0).toBeLessThanOrEqual(MAX_DURATION_MS);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [600_000, '10m'],
    [10_800_000, '3h'],
    [86_400_000, '1d'],
    [90_000, '90s'],
    [5_400_000, '90m'],
    [129_600_000, '36h'],
    [604_800_000, '7d'],
    [1_500, 'PT1.5S'],
    [1, 'PT0.001S'],
    [0, '0s'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  it.each([[-1], [0.5], [NaN], [Infinity]])('refuses %d', (durationMs) => {
    expect(() => formatDuration(durationMs)).toThrow(RangeError);
  });

  it('writes what parseDuration reads back', () => {
    const durations = fc.oneof(
      fc.integer({ min: 1, max: MAX_DURATION_MS }),
      fc.integer({ min: 1, max: 366 * 24 * 60 }).map((minutes) => minutes * 60_000),
    );
    fc.assert(fc.property(durations, (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
  });
});
