import { z } from 'zod';

const DEFAULT_LIMIT = 50;
const MOST_LIMIT = 200;
const LIMIT_HINT = `must be a whole number from 1 to ${MOST_LIMIT}`;

/** Spread into the strict query of every list. */
export const pageQuery = {
  limit: z.coerce
    .number(LIMIT_HINT)
    .int(LIMIT_HINT)
    .min(1, LIMIT_HINT)
    .max(MOST_LIMIT, LIMIT_HINT)
    .default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(500).optional().meta({ description: '`nextCursor` of the page before' }),
};

/** The answer of every list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}
