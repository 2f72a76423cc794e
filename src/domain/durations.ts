/**
 * Durations as people write them in the API: `90s`, `30m`, `2h`, `1d`, or ISO 8601 (`PT30M`, `P1DT2H`).
 * Plain text arithmetic: workflows may import this file.
 */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** A leap year: nothing we wait for is longer. */
export const MAX_DURATION_MS = 366 * DAY_MS;

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

const SHORT = /^(\d+)([smhd])$/;
// Months and years have no fixed length in milliseconds, so the pattern has no place for them.
const ISO = /^P(?=[\dT])(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;

/** Milliseconds, or null when `text` is no duration, not positive, finer than 1 ms or longer than 366 days. */
export function parseDuration(text: string): number | null {
  const durationMs = parseShort(text) ?? parseIso(text);
  if (durationMs === null || durationMs <= 0 || durationMs > MAX_DURATION_MS) return null;
  return durationMs;
}

/**
 * The shortest of the accepted forms: `90s`, `10m`, `3h`, `1d`, or ISO 8601 when there are parts of a second.
 * Throws RangeError for negative or fractional milliseconds.
 */
export function formatDuration(durationMs: number): string {
  if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
    throw new RangeError(`not a duration in whole milliseconds: ${durationMs}`);
  }
  if (durationMs === 0) return '0s';
  for (const [unit, unitMs] of UNITS) {
    if (durationMs % unitMs === 0) return `${durationMs / unitMs}${unit}`;
  }
  return `PT${durationMs / SECOND_MS}S`;
}

function parseShort(text: string): number | null {
  const match = SHORT.exec(text);
  const unitMs = UNITS.find(([unit]) => unit === match?.[2])?.[1];
  return match === null || unitMs === undefined ? null : Number(match[1]) * unitMs;
}

function parseIso(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, weeks, days, hours, minutes, seconds, fraction] = match;
  const fractionMs = parseFraction(fraction ?? '');
  if (fractionMs === null) return null;
  return (
    Number(weeks ?? 0) * WEEK_MS +
    Number(days ?? 0) * DAY_MS +
    Number(hours ?? 0) * HOUR_MS +
    Number(minutes ?? 0) * MINUTE_MS +
    Number(seconds ?? 0) * SECOND_MS +
    fractionMs
  );
}

/** `5` of `1.5` is 500 ms; null for anything finer than a millisecond. */
function parseFraction(digits: string): number | null {
  return /^0*$/.test(digits.slice(3)) ? Number(digits.slice(0, 3).padEnd(3, '0')) : null;
}
