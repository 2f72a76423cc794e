import { z } from 'zod';
import { HTTP_STATUS, type ErrorCode } from '../../domain/errors';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** RFC 9457. `code` is stable; `errors` names the fields of the request. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;

/** Codes as people read them: `not_found` -> "Not found". */
export function problemTitle(code: ErrorCode): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every code with its status, for the documentation. */
export const PROBLEM_CODES = Object.entries(HTTP_STATUS).map(([code, status]) => ({ code, status }));
