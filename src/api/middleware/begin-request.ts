import type { RequestHandler } from 'express';
import { performance } from 'node:perf_hooks';
import { v7 as uuidv7 } from 'uuid';

/** A caller's own id is taken over when it is plain; it goes into logs and headers. */
const PLAIN = /^[\w.:-]{1,128}$/;

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** First of all: the request's id and facts, and headers that every answer bears. */
export const beginRequest: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id') ?? '';
  const requestId = PLAIN.test(given) ? given : uuidv7();
  request.facts = {
    requestId,
    startedAtMs: performance.now(),
    route: null,
    apiKey: null,
    conversationId: null,
    workflowId: null,
  };
  response.set({ 'x-request-id': requestId, ...SECURITY_HEADERS });
  next();
};
