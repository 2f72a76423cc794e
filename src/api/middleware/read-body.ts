import express, { type Request, type RequestHandler } from 'express';
import { AppError } from '../../domain/errors';

const JSON_LIMIT_BYTES = 1024 * 1024;
const TEXT_LIMIT_BYTES = 64 * 1024;

/** The body as it came, for JSON routes: hashed for idempotency, parsed by `parseJson`. */
export function readJsonBody(): RequestHandler[] {
  return [refuseOtherThanJson, express.raw({ type: () => true, limit: JSON_LIMIT_BYTES })];
}

export function readTextBody(): RequestHandler {
  return express.raw({ type: () => true, limit: TEXT_LIMIT_BYTES });
}

const refuseOtherThanJson: RequestHandler = (request, _response, next) => {
  if (!hasBody(request) || isJson(request)) return next();
  throw new AppError('unsupported_media_type', 'The body must be application/json in UTF-8.');
};

function hasBody(request: Request): boolean {
  const length = request.get('content-length');
  return request.get('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

function isJson(request: Request): boolean {
  if (!request.is('application/json')) return false;
  const charset = /charset="?([^\s;"]+)/i.exec(request.get('content-type') ?? '')?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

/** The bytes that a reader above has left on the request; empty without a body. */
export function bodyBytes(request: Request): Buffer {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** No body counts as `{}`: every field is then absent. Throws malformed_json. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw new AppError('malformed_json', 'The body is not well-formed JSON in UTF-8.');
  }
}
