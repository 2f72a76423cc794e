import type { Request } from 'express';
import { z } from 'zod';
import { noBody } from '../contracts/http/fields';
import { AppError } from '../domain/errors';
import { bodyBytes, parseJson } from './middleware/read-body';
import type { AnyRoute } from './route';
import { validate } from './validate';

export interface ParsedRequest {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** Reads params, query and body through the route's schemas. Throws malformed_json, validation_failed, not_found. */
export function parseRequest(route: AnyRoute, request: Request): ParsedRequest {
  return { ...parseAddress(route, request), body: parseBody(route, request) };
}

/**
 * Without the body. An unknown field of the query is refused as one of the body is; but for public routes, to whose
 * addresses balancers, scrapers and mail programs add what they like.
 */
export function parseAddress(route: AnyRoute, request: Request): Omit<ParsedRequest, 'body'> {
  const schema = route.query ?? (route.kind === 'public' ? z.looseObject({}) : noBody);
  const query = validate(schema, { ...request.query });
  const params = route.params ? parseParams(route, request) : undefined;
  return { params, query: route.query ? query : undefined };
}

/** An id that cannot be one names nothing; only a PUT, which would make it, says what is wrong with it. */
function parseParams(route: AnyRoute, request: Request): unknown {
  if (!route.params) return undefined;
  try {
    return validate(route.params, { ...request.params });
  } catch (error) {
    if (route.method === 'put') throw error;
    throw new AppError('not_found', 'There is nothing at this address.', { cause: error });
  }
}

function parseBody(route: AnyRoute, request: Request): unknown {
  const schema = route.kind === 'public' ? undefined : route.body;
  if (route.method === 'get') return undefined;
  const body = validate(schema ?? noBody, parseJson(bodyBytes(request)));
  return schema ? body : undefined;
}
