import { z } from 'zod';
import { WEEKDAYS } from '../../domain/organization';
import { durationMs, durationOut, instantOut, locale, timeZone } from './fields';

const CLOCK_HINT = 'must be a time of day like 08:00, from 00:00 to 23:59';
const clock = z
  .string(CLOCK_HINT)
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, CLOCK_HINT)
  .meta({ examples: ['08:00'] });

/** `from` later than `to` runs over midnight and belongs to the day on which it opens; equal means the whole day. */
export const sendWindow = z
  .strictObject({
    days: z.array(z.enum(WEEKDAYS)).min(1, 'must name at least one day').max(7),
    from: clock,
    to: clock,
  })
  .meta({
    id: 'SendWindow',
    examples: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '20:00' }],
  });

const most = z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000);

/** At most `max` in any stretch of `per`. */
export const rate = z
  .strictObject({ max: most, per: durationMs })
  .transform(({ max, per }) => ({ max, perMs: per }));
export const rateOut = z.strictObject({ max: z.int(), per: durationOut });

const holidays = z
  .array(z.iso.date('must be a date like 2026-12-25'))
  .max(400, 'must have at most 400 dates')
  .transform((dates) => [...new Set(dates)].sort());

export const organizationPatch = z
  .strictObject({
    name: z.string('must be text').trim().min(1, 'must not be empty').max(200).optional(),
    timeZone: timeZone.optional(),
    locale: locale.optional(),
    sendWindow: sendWindow.nullable().optional().meta({ description: 'null: messages go out at any hour' }),
    holidays: holidays.optional(),
    frequencyCap: rate.nullable().optional().meta({ description: 'Per contact, over all conversations' }),
    latenessLimit: durationMs.optional().meta({ description: 'A step later than this is skipped' }),
    paused: z
      .boolean('must be true or false')
      .optional()
      .meta({ description: 'true holds what falls due; false wakes what was held, spread over 10 minutes' }),
  })
  .meta({
    id: 'OrganizationPatch',
    examples: [{ timeZone: 'Europe/London', frequencyCap: { max: 3, per: '24h' } }],
  });

export const organizationOut = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    locale: z.string(),
    sendWindow: sendWindow.nullable(),
    holidays: z.array(z.string()),
    frequencyCap: rateOut.nullable(),
    latenessLimit: durationOut,
    paused: z.boolean(),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: 'Organization' });
