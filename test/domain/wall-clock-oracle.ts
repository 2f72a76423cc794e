import { WEEKDAYS, type SendWindow, type Weekday } from '../../src/domain/organization';

/**
 * The rule of the send window written a second time, word for word as the specification has it, over Intl instead of
 * the library that the code uses: what the code says is judged by this.
 */
export function oracleIsOpen(
  window: SendWindow,
  holidays: readonly string[],
  timeZone: string,
  at: Date,
): boolean {
  const { date, time } = wallClock(timeZone, at);
  const yesterday = dayBefore(date);
  if (holidays.includes(date)) return false;
  const listedToday = window.days.includes(weekdayOf(date));
  const openedYesterday = window.days.includes(weekdayOf(yesterday)) && !holidays.includes(yesterday);
  if (window.from === window.to) return listedToday;
  if (window.from < window.to) return listedToday && window.from <= time && time < window.to;
  return (listedToday && window.from <= time) || (openedYesterday && time < window.to);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local date `YYYY-MM-DD` and time `HH:MM`, by Intl: the Swedish write them so, and text costs half of its parts. */
export function wallClock(timeZone: string, at: Date): { date: string; time: string } {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  formats.set(timeZone, format);
  const [date = '', time = ''] = format.format(at).split(' ');
  return { date, time };
}

/** A date's own facts, asked some hundred times each. */
const known = new Map<string, { before: string; weekday: Weekday }>();

function factsOf(date: string) {
  const facts = known.get(date) ?? {
    before: new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10),
    weekday: WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7] ?? 'mon',
  };
  known.set(date, facts);
  return facts;
}

const dayBefore = (date: string): string => factsOf(date).before;
const weekdayOf = (date: string): Weekday => factsOf(date).weekday;
