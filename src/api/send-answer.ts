import type { Request, Response } from 'express';
import type { SentAnswer } from '../services/idempotency/idempotency';
import type { AnyRoute } from './route';

/**
 * The answer's JSON text, checked against the schema that documents it: what is not in the contract never leaves, and a
 * transaction that would answer it is undone.
 */
export function answerText(route: AnyRoute, status: number, body: unknown): SentAnswer {
  const schema = route.answers[status];
  if (schema === undefined)
    throw new Error(`${route.method} ${route.path} does not document the status ${status}`);
  return { status, text: schema === null ? '' : JSON.stringify(schema.parse(body)) };
}

export function sendAnswer(request: Request, response: Response, { status, text }: SentAnswer): void {
  if (request.destroyed && response.writableEnded) return;
  response.status(status);
  if (text === '') response.end();
  else response.type('application/json').send(text);
}
