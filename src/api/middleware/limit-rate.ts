import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { AppError } from '../../domain/errors';
import { keyOf } from '../request-facts';

const WINDOW_MS = 60_000;

/** Requests a minute and API key, counted in this process. */
export function limitRate(perMinute: number): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'per-key',
    keyGenerator: (request) => keyOf(request.facts).id,
    handler: (_request, response) => {
      const retryAfterSeconds = Number(response.getHeader('retry-after') ?? 1);
      throw new AppError('rate_limited', `More than ${perMinute} requests a minute.`, { retryAfterSeconds });
    },
  });
}
