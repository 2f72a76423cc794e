import type { SendWindow } from './business';

// By Intl, not by the engine's own zone arithmetic: what judges must not be what is judged.

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface LocalTime {
  /** `Mon`. */
  day: string;
  /** `08:05`. */
  clock: string;
  /** `24 Nov`. */
  date: string;
}

export function localTime(at: Date, timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    day: part('weekday'),
    clock: `${part('hour')}:${part('minute')}`,
    date: `${part('day')} ${part('month')}`,
  };
}

/** `Mon morning`: four parts to a day, six hours each. */
export function dayPart(at: Date, timeZone: string): string {
  const { day, clock } = localTime(at, timeZone);
  const parts = ['before dawn', 'morning', 'afternoon', 'evening'];
  return `${day} ${parts[Math.floor(Number(clock.slice(0, 2)) / 6)] ?? ''}`;
}

/** Overnight windows belong to the day on which they open; equal ends mean the whole day. */
export function isInside(window: SendWindow, at: Date, timeZone: string): boolean {
  const { day, clock } = localTime(at, timeZone);
  const today = DAYS.indexOf(day.toLowerCase());
  const opens = (index: number) => window.days.includes(DAYS[(index + DAYS.length) % DAYS.length] ?? '');
  if (window.from < window.to) return opens(today) && clock >= window.from && clock < window.to;
  return (opens(today) && clock >= window.from) || (opens(today - 1) && clock < window.to);
}

/** `Europe/Berlin` -> `Berlin`. */
export function cityOf(timeZone: string): string {
  return (timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ');
}
