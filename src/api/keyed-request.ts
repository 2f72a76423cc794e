import type { Request, Response } from 'express';
import { checkIdempotencyKey, hashRequest } from '../services/idempotency/idempotency';
import { bodyBytes } from './middleware/read-body';
import type { RequestFacts } from './request-facts';
import type { RouteAnswer } from './route';

/** null for what is no POST or bears no key. Throws validation_failed. */
export function keyedRequest(route: { method: string }, request: Request, organizationId: string) {
  const key = request.get('idempotency-key');
  if (key === undefined || route.method !== 'post') return null;
  const requestHash = hashRequest('POST', request.originalUrl, bodyBytes(request));
  return { organizationId, key: checkIdempotencyKey(key), requestHash };
}

export function markReplayed(response: Response): void {
  response.set('idempotency-replayed', 'true');
}

export function noteAbout(facts: RequestFacts, { about }: RouteAnswer): void {
  if (!about) return;
  facts.conversationId = about.conversationId;
  facts.workflowId = about.workflowId;
}
