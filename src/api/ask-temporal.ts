import { isDatabaseAway } from '../db/database-error';
import { AppError } from '../domain/errors';

const RETRY_AFTER_SECONDS = 2;

/** For the few routes that need Temporal's answer. Throws temporal_unavailable when it gives none. */
export async function askTemporal<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof AppError || isDatabaseAway(cause)) throw cause;
    throw new AppError('temporal_unavailable', 'Temporal cannot answer now.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    });
  }
}
