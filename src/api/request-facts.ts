import type { ApiKeyRow } from '../services/api-key/api-key';

/** What is known of a request while it is answered: for the log, the metrics and the answer's headers. */
export interface RequestFacts {
  requestId: string;
  /** `performance.now()` at its arrival. */
  startedAtMs: number;
  /** Pattern of the route, never the address that was asked for; null until one matches. */
  route: string | null;
  apiKey: ApiKeyRow | null;
  conversationId: string | null;
  workflowId: string | null;
}

declare global {
  // Express's own place for what a middleware adds to a request.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      facts: RequestFacts;
    }
  }
}

/** Throws where a route without authentication asks whose key it is: a mistake in the wiring. */
export function keyOf(facts: RequestFacts): ApiKeyRow {
  if (!facts.apiKey) throw new Error('this route was mounted without authentication');
  return facts.apiKey;
}
