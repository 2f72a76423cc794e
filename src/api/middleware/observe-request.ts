import type { RequestHandler } from 'express';
import { performance } from 'node:perf_hooks';
import type { Logger } from '../../platform/logger';
import type { Metrics } from '../../platform/metrics';

/** Asked every few seconds by machines: worth a line only when someone looks for it. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** One log line and one observation per request, when its answer is out or its caller has gone. */
export function observeRequest(logger: Logger, metrics: Pick<Metrics, 'httpAnswered'>): RequestHandler {
  return (request, response, next) => {
    response.once('close', () => {
      const { facts, method } = request;
      const tookMs = performance.now() - facts.startedAtMs;
      const route = facts.route ?? 'unknown';
      // 499 as proxies write it: the caller went away before the answer.
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.httpAnswered(route, method, status, tookMs);
      logger[QUIET.has(route) ? 'debug' : 'info'](
        {
          requestId: facts.requestId,
          organizationId: facts.apiKey?.organizationId,
          apiKeyId: facts.apiKey?.id,
          method,
          route,
          status,
          ms: Math.round(tookMs * 10) / 10,
          conversationId: facts.conversationId ?? undefined,
          workflowId: facts.workflowId ?? undefined,
        },
        'request',
      );
    });
    next();
  };
}
