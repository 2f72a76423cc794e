import type { z } from 'zod';
import { invalidField } from '../domain/errors';

/** What a page is made of: one row more than asked for says that there is a next page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The place after which a list goes on; undefined for its beginning. Throws validation_failed. */
export function readCursor<S extends z.ZodType>(
  cursor: string | undefined,
  schema: S,
): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  const place = schema.safeParse(parse(cursor));
  if (!place.success) throw invalidField('cursor', 'is not a cursor of this list');
  return place.data;
}

/** Cuts `limit + 1` fetched rows to a page; `placeOf` is what `readCursor` reads back. */
export function toPage<T>(rows: T[], limit: number, placeOf: (row: T) => unknown): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items,
    nextCursor: more ? Buffer.from(JSON.stringify(placeOf(last))).toString('base64url') : null,
  };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
