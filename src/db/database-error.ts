import { types } from 'node:util';
import { DatabaseError } from 'pg';

const MOST_CAUSES = 5;

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
]);
// 08: connection; 53: out of connections, memory, disk; 57: shut down, crashed, starting, cancelled by a time limit;
// 55P03: waited too long for a lock; 25P0x: we sat in a transaction too long.
const AWAY_STATES = /^(08|53|57|55P03|25P0[34])/;
// node-postgres says these without any code.
const AWAY_WORDS =
  /^(connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|cannot use a pool after calling end)/i;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/** PostgreSQL's own error inside `error`, however it was wrapped; null for anything else. */
export function databaseErrorOf(error: unknown): DatabaseError | null {
  return findCause(error, (cause) => (cause instanceof DatabaseError ? cause : null));
}

/** True when PostgreSQL could not be reached or could not answer now: the same request may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  return findCause(error, (cause) => (saysAway(cause) ? cause : null)) !== null;
}

/** True when the database undid the transaction in favour of another one: it may simply be run again. */
export function wasUndone(error: unknown): boolean {
  const code = databaseErrorOf(error)?.code;
  return code === SERIALIZATION_FAILURE || code === DEADLOCK;
}

function saysAway(error: Error): boolean {
  if (error instanceof DatabaseError) return AWAY_STATES.test(error.code ?? '');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return AWAY_CODES.has(code) || AWAY_WORDS.test(error.message);
}

function findCause<T>(error: unknown, pick: (error: Error) => T | null): T | null {
  let cause = error;
  for (let depth = 0; depth < MOST_CAUSES && types.isNativeError(cause); depth += 1) {
    const picked = pick(cause);
    if (picked !== null) return picked;
    cause = cause.cause;
  }
  return null;
}
