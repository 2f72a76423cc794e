import { z } from 'zod';
import { parseDuration } from '../../domain/durations';
import { canonicalLocale } from '../../domain/locales';
import { isTimeZone } from '../../domain/zones';

/** Fields that many routes share. In: parsed into what the verbs take. Out: checked as they are sent. */

const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const MOST_JSON_BYTES = 16 * 1024;

/** `2026-11-20T09:00:00Z` or with any offset -> Date. Outside 1970-2199 it is refused. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 instant with an offset, like 2026-11-20T09:00:00Z' })
  .meta({ description: 'ISO 8601 with offset', examples: ['2026-11-20T09:00:00Z'] })
  .transform((text) => new Date(text))
  .refine(isSensible, `must lie between the years ${FIRST_YEAR} and ${LAST_YEAR}`);

function isSensible(at: Date): boolean {
  return at.getUTCFullYear() >= FIRST_YEAR && at.getUTCFullYear() <= LAST_YEAR;
}

/** As answers show it: UTC, milliseconds, `Z`. */
export const instantOut = z.iso.datetime({ precision: 3 }).meta({ examples: ['2026-11-20T09:10:00.000Z'] });

const DURATION_HINT = 'must be a duration like 90s, 30m, 2h, 1d or PT30M, at most 366 days';

/** `90s`, `30m`, `2h`, `1d` or ISO 8601 -> milliseconds. */
export const durationMs = z
  .string(DURATION_HINT)
  .max(40, DURATION_HINT)
  .meta({ description: 'Duration: `90s`, `30m`, `2h`, `1d`, or ISO 8601', examples: ['30m'] })
  .transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: DURATION_HINT });
    return z.NEVER;
  });

/** As answers show it; made by `formatDuration`. */
export const durationOut = z.string().meta({ description: 'Duration', examples: ['30m'] });

/** Any UUID PostgreSQL reads; one that names nothing is `not_found`. */
export const uuid = z.guid('must be a UUID');

export const externalId = z
  .string('must be text')
  .min(1, 'must have 1 to 200 characters')
  .max(200, 'must have 1 to 200 characters')
  .meta({ description: "The caller's own id", examples: ['crm-4711'] });

export const timeZone = z
  .string('must be text')
  .refine(isTimeZone, 'must be an IANA time zone like Europe/London')
  .meta({ examples: ['Europe/London'] });

/** Stored as BCP 47 writes it: `DE-at` -> `de-AT`. */
export const locale = z
  .string('must be text')
  .meta({ examples: ['en-GB'] })
  .transform((tag, context) => {
    const canonical = canonicalLocale(tag);
    if (canonical !== null) return canonical;
    context.addIssue({ code: 'custom', message: 'must be a BCP 47 locale like en-GB' });
    return z.NEVER;
  });

export const email = z
  .email('must be an e-mail address')
  .max(254, 'must have at most 254 characters')
  .meta({ examples: ['ada@example.com'] });

export const phone = z
  .string('must be text')
  .regex(/^\+[0-9]{5,20}$/, 'must be in international form: + and 5 to 20 digits')
  .meta({ examples: ['+442079460000'] });

/** Free data of the caller: a JSON object of at most 16 kB. */
export const jsonObject = z
  .record(z.string(), z.unknown())
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MOST_JSON_BYTES, 'must be at most 16 kB')
  .meta({ description: 'A JSON object, at most 16 kB' });

/** Body of a route that takes none: absent or `{}`. */
export const noBody = z.strictObject({});

export const idParams = z.strictObject({ id: uuid });
