import type { Request, RequestHandler } from 'express';
import { Readable } from 'node:stream';
import { AppError } from '../domain/errors';
import { allowWaiting, keepAnswer, takeKey, type SentAnswer } from '../services/idempotency/idempotency';
import { limitBytes } from './limit-bytes';
import type { MountDependencies } from './mount-dependencies';
import { parseAddress, parseRequest } from './parse-request';
import { keyOf } from './request-facts';
import type { AnyRoute } from './route';
import { keyedRequest, markReplayed, noteAbout } from './keyed-request';
import { answerText, sendAnswer } from './send-answer';

export type ProcessRoute = Extract<AnyRoute, { kind: 'process' }>;

/** Runs work that opens its own transactions. */
export function runProcessRoute(route: ProcessRoute, mount: MountDependencies): RequestHandler {
  return async (request, response) => {
    const parsed = route.stream
      ? { ...parseAddress(route, request), body: undefined }
      : parseRequest(route, request);
    const { id: apiKeyId, organizationId } = keyOf(request.facts);

    async function work(): Promise<SentAnswer> {
      const answer = await route.run({
        ...parsed,
        ...streamOf(route, request),
        organizationId,
        apiKeyId,
        requestId: request.facts.requestId,
        now: mount.clock.now(),
        deps: mount.deps,
        transact: (verb) => mount.transact(organizationId, verb),
      });
      noteAbout(request.facts, answer);
      return answerText(route, answer.status, answer.body);
    }

    const keyed = route.idempotent ? keyedRequest(route, request, organizationId) : null;
    if (!keyed) return sendAnswer(request, response, await work());
    // The key's transaction stays open around the work, which has its own: held, it says "still running".
    const answer = await mount.transact(organizationId, async ({ tx, now }) => {
      await allowWaiting(tx);
      const stored = await takeKey(tx, { ...keyed, now });
      if (stored) markReplayed(response);
      if (stored) return stored;
      const made = await work();
      await keepAnswer(tx, { ...keyed, now }, made);
      return made;
    });
    return sendAnswer(request, response, answer);
  };
}

function streamOf(route: ProcessRoute, request: Request): { stream: Readable; contentType: string } {
  if (!route.stream) return { stream: Readable.from([]), contentType: '' };
  const { maxBytes } = route.stream;
  const announced = Number(request.get('content-length') ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const contentType = contentTypeOf(route.stream.contentTypes, request);
  return { stream: limitBytes(request, maxBytes, () => tooLarge(maxBytes)), contentType };
}

function contentTypeOf(accepted: string[], request: Request): string {
  const matched = request.is(accepted);
  if (typeof matched === 'string' && request.get('content-encoding') === undefined) return matched;
  throw new AppError('unsupported_media_type', `The body must be ${accepted.join(' or ')}, not compressed.`);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('payload_too_large', `The body may have ${maxBytes / 1024 / 1024} MB.`);
}
