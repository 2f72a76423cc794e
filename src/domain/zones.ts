import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS, type Weekday } from './organization';

/** What a wall clock and a calendar in the zone show. `time` is `HH:MM:SS`, `offset` `+02:00`. */
export interface LocalTime {
  date: string;
  time: string;
  weekday: Weekday;
  offset: string;
}

// `Area/Location` only: offsets know no clock change, and names without an area (EST, EST5EDT, CET, GB) are links
// kept for old systems whose meaning surprises. `SystemV/` is ICU's own, not IANA's.
const AREA_AND_LOCATION = /^(?!systemv\/)[a-z_]+(?:\/[a-z0-9_+-]+)+$/i;

// Asking Intl costs some 50 µs, and an import asks for every row. Bounded, since case is free and variants are many.
const KNOWN_LIMIT = 2000;
const known = new Set<string>();

/** True for `UTC` and IANA names such as `Europe/Berlin`, in any case, that this Node has data for. */
export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  if (name.toUpperCase() !== 'UTC' && !AREA_AND_LOCATION.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (known.size < KNOWN_LIMIT) known.add(name);
  return true;
}

/** Throws RangeError for a zone that `isTimeZone` refuses. */
export function localTime(timeZone: string, at: Date): LocalTime {
  const zoned = toZoned(timeZone, at.getTime());
  const wall = zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
  const [date = '', time = ''] = wall.split('T');
  return { date, time, weekday: WEEKDAYS[zoned.dayOfWeek - 1] ?? 'mon', offset: zoned.offset };
}

/** The instant seen in the zone. Always this way round: an instant has exactly one wall time, never none or two. */
export function toZoned(timeZone: string, epochMs: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(timeZone);
}
