import type { RequestHandler } from 'express';
import type { Database } from '../../db/client';
import { AppError } from '../../domain/errors';
import type { Scope } from '../../domain/scopes';
import { findApiKey } from '../../services/api-key/find-api-key';
import { keyOf } from '../request-facts';

const BEARER = /^Bearer +(\S+)$/i;

/** `Authorization: Bearer <key>` or `x-api-key: <key>`. Anything but a live key is 401. */
export function authenticate(system: Database): RequestHandler {
  return async (request, _response, next) => {
    const authorization = request.get('authorization');
    const presented =
      authorization === undefined ? request.get('x-api-key') : BEARER.exec(authorization)?.[1];
    const key = presented === undefined ? null : await findApiKey(system, presented);
    if (!key) throw new AppError('unauthorized', 'A valid API key is needed: Authorization: Bearer ft_…');
    request.facts.apiKey = key;
    next();
  };
}

export function requireScope(scope: Scope): RequestHandler {
  return (request, _response, next) => {
    const { scopes } = keyOf(request.facts);
    if (!scopes.includes(scope)) throw new AppError('forbidden', `This key lacks the scope "${scope}".`);
    next();
  };
}
