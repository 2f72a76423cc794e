import { invalidField } from '../../domain/errors';

const AHEAD_MS = 5 * 60_000;
const BACK_MS = 10 * 366 * 24 * 3_600_000;

/** The word's instant, `now` by default. Throws validation_failed beyond 5 minutes ahead or 10 years back. */
export function checkSentAt(sentAt: Date | undefined, now: Date, path = 'sentAt'): Date {
  if (!sentAt) return now;
  if (sentAt.getTime() > now.getTime() + AHEAD_MS) {
    throw invalidField(path, 'must not be more than 5 minutes in the future');
  }
  if (sentAt.getTime() < now.getTime() - BACK_MS) {
    throw invalidField(path, 'must not be more than 10 years in the past');
  }
  return sentAt;
}
