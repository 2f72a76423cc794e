import type { ErrorRequestHandler, RequestHandler } from 'express';
import { problemTitle, PROBLEM_CONTENT_TYPE, type Problem } from '../../contracts/http/problem';
import { AppError, HTTP_STATUS } from '../../domain/errors';
import type { Logger } from '../../platform/logger';
import { toAppError } from '../to-app-error';

/** The one place that answers errors: problem+json (RFC 9457). What we did not expect is logged whole and shown as an id. */
export function answerProblem(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    const error = toAppError(thrown);
    const { requestId, route, apiKey } = request.facts;
    const status = HTTP_STATUS[error.code];
    if (status >= 500) {
      const level = error.code === 'internal_error' ? 'error' : 'warn';
      const organizationId = apiKey?.organizationId;
      logger[level](
        { requestId, route, organizationId, code: error.code, err: error.cause ?? error },
        'request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterSeconds !== undefined) response.set('retry-after', String(error.retryAfterSeconds));
    if (status === HTTP_STATUS.unauthorized) response.set('www-authenticate', 'Bearer');
    if (status === HTTP_STATUS.payload_too_large) response.set('connection', 'close');
    response
      .status(status)
      .type(PROBLEM_CONTENT_TYPE)
      .send(JSON.stringify(problemOf(error, requestId)));
  };
}

function problemOf(error: AppError, requestId: string): Problem {
  const { code, detail, errors } = error;
  return {
    type: `urn:followthrough:problem:${code}`,
    title: problemTitle(code),
    status: HTTP_STATUS[code],
    code,
    detail,
    requestId,
    ...(errors ? { errors } : {}),
  };
}

export const answerNotFound: RequestHandler = () => {
  throw new AppError('not_found', 'There is nothing at this address.');
};

export function answerMethodNotAllowed(methods: string[]): RequestHandler {
  const allowed = methods.map((method) => method.toUpperCase()).join(', ');
  return (_request, response) => {
    response.set('allow', allowed);
    throw new AppError('method_not_allowed', `This address takes ${allowed}.`);
  };
}
