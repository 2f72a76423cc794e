import type { RequestHandler } from 'express';
import { performance } from 'node:perf_hooks';
import type { VerbContext } from '../services/verb-context';
import { keepAnswer, takeKey, type SentAnswer } from '../services/idempotency/idempotency';
import type { MountDependencies } from './mount-dependencies';
import { parseRequest } from './parse-request';
import { keyedRequest, markReplayed, noteAbout } from './keyed-request';
import { keyOf } from './request-facts';
import type { AnyRoute } from './route';
import { answerText, sendAnswer } from './send-answer';

type TransactionRoute = Extract<AnyRoute, { kind: 'transaction' }>;

/** Runs a route's verb, its idempotency key and its answer in one transaction, then sends the answer. */
export function runTransactionRoute(route: TransactionRoute, mount: MountDependencies): RequestHandler {
  return async (request, response) => {
    const parsed = parseRequest(route, request);
    const { id: apiKeyId, organizationId } = keyOf(request.facts);
    const { requestId } = request.facts;
    let stopped = false;
    const keyed = keyedRequest(route, request, organizationId);

    async function work(ctx: VerbContext): Promise<SentAnswer> {
      const answer = await route.run({ ...ctx, ...parsed, deps: mount.deps, apiKeyId, requestId });
      stopped = answer.stoppedByReply === true;
      noteAbout(request.facts, answer);
      const kept = 'replayBody' in answer ? answerText(route, answer.status, answer.replayBody) : undefined;
      const sent = answerText(route, answer.status, answer.body);
      if (keyed) await keepAnswer(ctx.tx, { ...keyed, now: ctx.now }, kept ?? sent);
      return sent;
    }

    const answer = await mount.transact(organizationId, async (ctx) => {
      const stored = keyed ? await takeKey(ctx.tx, { ...keyed, now: ctx.now }) : null;
      if (stored) markReplayed(response);
      return stored ?? (await work(ctx));
    });
    if (stopped) mount.metrics.replyStopped(performance.now() - request.facts.startedAtMs);
    sendAnswer(request, response, answer);
  };
}
