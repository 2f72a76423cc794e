import type { RequestHandler } from 'express';
import type { MountDependencies } from './mount-dependencies';
import { bodyBytes } from './middleware/read-body';
import { parseAddress } from './parse-request';
import type { AnyRoute } from './route';
import { answerText } from './send-answer';

type PublicRoute = Extract<AnyRoute, { kind: 'public' }>;

/** A page of ours brings its style along and posts to us only. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** Runs a route whose callers have no key. */
export function runPublicRoute(route: PublicRoute, mount: MountDependencies): RequestHandler {
  return async (request, response) => {
    const answer = await route.run({
      ...parseAddress(route, request),
      text: bodyBytes(request).toString('utf8'),
      now: mount.clock.now(),
      deps: mount.deps,
      requestId: request.facts.requestId,
      transactAs: mount.transact,
    });
    response.status(answer.status).set(answer.headers ?? {});
    if (answer.contentType === undefined) {
      response.type('application/json').send(answerText(route, answer.status, answer.body).text);
    } else {
      if (answer.contentType.startsWith('text/html')) response.set('content-security-policy', PAGE_POLICY);
      response.set('content-type', answer.contentType).send(answer.body);
    }
  };
}
