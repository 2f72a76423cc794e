import { WEEKDAYS, type SendWindow } from './organization';
import { toZoned } from './zones';

/**
 * When may we write to a contact? Judged purely by the wall clock and calendar of the contact's zone.
 *
 * Temporal's default for turning a wall time into an instant ("compatible": a time in a gap moves on by the gap's
 * length, a repeated time means the first) would open a window too late or miss its second half. So that direction is
 * never taken: time is cut into stretches of constant offset, and each is searched in wall time.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 400 days: a window that does not open in a year and a leap day's slack never opens. */
const HORIZON_MS = 400 * DAY_MS;
/** 1970-01-01 was a Thursday, index 3 of WEEKDAYS. */
const EPOCH_WEEKDAY = 3;

/** Milliseconds after local midnight, half open. */
interface Range {
  fromMs: number;
  toMs: number;
}

/** Throws RangeError for an unknown zone. */
export function isOpen(window: SendWindow, holidays: readonly string[], timeZone: string, at: Date): boolean {
  const epochMs = at.getTime();
  return isOpenAtWall(window, holidays, epochMs + offsetMs(toZoned(timeZone, epochMs)));
}

/**
 * The earliest instant, not before `at`, at which the window is open: `at` itself when it is open, null when it stays
 * shut for 400 days. `holidays` are local dates `YYYY-MM-DD`. Throws RangeError for an unknown zone.
 */
export function nextOpening(
  window: SendWindow,
  holidays: readonly string[],
  timeZone: string,
  at: Date,
): Date | null {
  const untilMs = at.getTime() + HORIZON_MS;
  let stretch = toZoned(timeZone, at.getTime());
  // Before the search for the next clock change, which costs more than the answer nearly always needs.
  if (isOpenAtWall(window, holidays, at.getTime() + offsetMs(stretch))) return at;

  while (stretch.epochMilliseconds <= untilMs) {
    const offset = offsetMs(stretch);
    const change = stretch.getTimeZoneTransition('next');
    const endMs = Math.min(change?.epochMilliseconds ?? Infinity, untilMs + 1);
    const wallMs = firstOpenWall(window, holidays, stretch.epochMilliseconds + offset, endMs + offset);
    if (wallMs !== null) return new Date(wallMs - offset);
    if (change === null) return null;
    stretch = change;
  }
  return null;
}

/** The first open wall time in [fromMs, toMs), or null. */
function firstOpenWall(
  window: SendWindow,
  holidays: readonly string[],
  fromMs: number,
  toMs: number,
): number | null {
  for (let day = dayOf(fromMs); day * DAY_MS < toMs; day += 1) {
    for (const range of openRanges(window, holidays, day)) {
      if (day * DAY_MS + range.toMs <= fromMs) continue;
      const openMs = Math.max(fromMs, day * DAY_MS + range.fromMs);
      return openMs < toMs ? openMs : null;
    }
  }
  return null;
}

function isOpenAtWall(window: SendWindow, holidays: readonly string[], wallMs: number): boolean {
  const day = dayOf(wallMs);
  const timeMs = wallMs - day * DAY_MS;
  return openRanges(window, holidays, day).some((range) => range.fromMs <= timeMs && timeMs < range.toMs);
}

/** The open hours of one local date, in order. An overnight window gives a date the end of the night before too. */
function openRanges(window: SendWindow, holidays: readonly string[], day: number): Range[] {
  if (isHoliday(holidays, day)) return [];
  const fromMs = timeOfDayMs(window.from);
  const toMs = timeOfDayMs(window.to);
  const opensToday = isListed(window, day);
  if (fromMs === toMs) return opensToday ? [{ fromMs: 0, toMs: DAY_MS }] : [];
  if (fromMs < toMs) return opensToday ? [{ fromMs, toMs }] : [];

  const openedYesterday = isListed(window, day - 1) && !isHoliday(holidays, day - 1);
  return [
    ...(openedYesterday ? [{ fromMs: 0, toMs }] : []),
    ...(opensToday ? [{ fromMs, toMs: DAY_MS }] : []),
  ];
}

function isListed(window: SendWindow, day: number): boolean {
  const index = (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
  return window.days.some((weekday) => WEEKDAYS.indexOf(weekday) === index);
}

function isHoliday(holidays: readonly string[], day: number): boolean {
  return holidays.length > 0 && holidays.includes(new Date(day * DAY_MS).toISOString().slice(0, 10));
}

/** Wall times are counted like instants, as if the zone were UTC; this is their day number. */
function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

function timeOfDayMs(time: string): number {
  const [hours = '', minutes = ''] = time.split(':');
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function offsetMs(zoned: { offsetNanoseconds: number }): number {
  return zoned.offsetNanoseconds / 1e6;
}
