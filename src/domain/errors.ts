/**
 * One tree of errors. `message` is for the log, `detail` for the client. A code without an HTTP status and an answer to
 * "try again?" does not compile.
 */
export const HTTP_STATUS = {
  malformed_json: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  validation_failed: 422,
  idempotency_key_reused: 422,
  unknown_sequence: 422,
  unknown_template: 422,
  invalid_template: 422,
  channel_not_configured: 422,
  unknown_channel: 422,
  rate_limited: 429,
  internal_error: 500,
  temporal_unavailable: 503,
  database_unavailable: 503,
} as const;
export type ErrorCode = keyof typeof HTTP_STATUS;

export const RETRYABLE: Record<ErrorCode, boolean> = {
  malformed_json: false,
  unauthorized: false,
  forbidden: false,
  not_found: false,
  method_not_allowed: false,
  conflict: false,
  idempotency_in_progress: true,
  payload_too_large: false,
  unsupported_media_type: false,
  validation_failed: false,
  idempotency_key_reused: false,
  unknown_sequence: false,
  unknown_template: false,
  invalid_template: false,
  channel_not_configured: false,
  unknown_channel: false,
  rate_limited: true,
  internal_error: false,
  temporal_unavailable: true,
  database_unavailable: true,
};

export interface FieldError {
  path: string;
  message: string;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  /** Public text: safe to show to the caller. */
  readonly detail: string;
  readonly errors: FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { errors?: FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A secret at rest that none of the configured keys opens: a fault of the configuration, waited for until it is mended. */
export class UnreadableSecret extends AppError {
  constructor(cause: Error) {
    super('internal_error', 'A stored secret cannot be opened.', { cause });
    this.name = 'UnreadableSecret';
  }
}

/** 422 that names one field. */
export function invalidField(path: string, message: string, code: ErrorCode = 'validation_failed'): AppError {
  return new AppError(code, `${path}: ${message}`, { errors: [{ path, message }] });
}
