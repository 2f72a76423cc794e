import { types } from 'node:util';
import { isDatabaseAway, wasUndone } from '../db/database-error';
import { AppError } from '../domain/errors';
import { LostCreateRace } from '../services/contact/contact-row';

const RETRY_AFTER_SECONDS = 2;

/** What body-parser says (`type` of its errors) in our words. */
const BODY_ERRORS: Record<string, AppError> = {
  'entity.too.large': new AppError('payload_too_large', 'The body is larger than this route takes.'),
  'encoding.unsupported': new AppError('unsupported_media_type', 'The content encoding is not supported.'),
  'charset.unsupported': new AppError('unsupported_media_type', 'The charset is not supported.'),
  'request.size.invalid': new AppError('malformed_json', 'The body is shorter or longer than announced.'),
  'request.aborted': new AppError('malformed_json', 'The body ended too early.'),
};

/** Every error as one of ours: the closed codes, and for the rest an opaque internal_error. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseAway(error) || wasUndone(error) || error instanceof LostCreateRace) {
    return new AppError('database_unavailable', 'The database cannot answer now.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  return bodyError(error) ?? new AppError('internal_error', 'Something went wrong.', { cause: error });
}

function bodyError(error: unknown): AppError | undefined {
  if (!types.isNativeError(error)) return undefined;
  // An address with a broken percent sign names nothing.
  if (error.name === 'URIError') return new AppError('not_found', 'There is nothing at this address.');
  const { type, status } = facts(error);
  const known = BODY_ERRORS[type];
  if (known) return known;
  // What zlib says of a body that is not what its content encoding promises.
  return status === 400 ? new AppError('malformed_json', 'The body could not be read.') : undefined;
}

function facts(error: Error): { type: string; status: number } {
  const type: unknown = Reflect.get(error, 'type');
  const status: unknown = Reflect.get(error, 'status');
  return { type: typeof type === 'string' ? type : '', status: typeof status === 'number' ? status : 0 };
}
