import { and, eq, sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import type { Tx } from '../../db/client';
import { idempotencyKeys } from '../../db/schema';
import { together } from '../../db/together';
import { AppError, invalidField } from '../../domain/errors';

/** Purged later than this by the reconciler, forgotten here exactly. */
const KEPT_MS = 24 * 3_600_000;
const RETRY_AFTER_SECONDS = 1;
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** An answer as it goes out: its JSON text is what is stored, so that a replay has the same bytes. */
export interface SentAnswer {
  status: number;
  text: string;
}

export interface KeyedRequest {
  organizationId: string;
  key: string;
  /** SHA-256 of method, path and body. */
  requestHash: string;
  now: Date;
}

/** The header's value. Throws validation_failed. */
export function checkIdempotencyKey(key: string): string {
  if (PRINTABLE.test(key)) return key;
  throw invalidField('Idempotency-Key', 'must be 1 to 255 printable ASCII characters');
}

export function hashRequest(method: string, path: string, body: Buffer): string {
  return createHash('sha256').update(`${method}\n${path}\n`).update(body).digest('hex');
}

/**
 * Takes the key for this transaction and answers what an earlier one stored under it, or null. Throws
 * idempotency_in_progress while another transaction holds it, idempotency_key_reused for another request.
 */
export async function takeKey(tx: Tx, request: KeyedRequest): Promise<SentAnswer | null> {
  const name = `${request.organizationId}:${request.key}`;
  const lock = sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${name}, 0))`;
  const [{ rows }, [stored]] = await together([
    tx.execute<{ taken: boolean }>(sql`select ${lock} as taken`).execute(),
    tx.select().from(idempotencyKeys).where(ofKey(request)).execute(),
  ]);
  if (rows[0]?.taken !== true) {
    throw new AppError('idempotency_in_progress', 'The first request with this key is still running.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (!stored || request.now.getTime() - stored.createdAt.getTime() >= KEPT_MS) return null;
  if (stored.requestHash !== request.requestHash) {
    throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
  }
  return { status: stored.status, text: stored.answer.text };
}

/** Keeps a 2xx answer under the key, in the transaction of the rows it tells of. */
export async function keepAnswer(tx: Tx, request: KeyedRequest, { status, text }: SentAnswer): Promise<void> {
  if (status < 200 || status > 299) return;
  const columns = { requestHash: request.requestHash, status, answer: { text }, createdAt: request.now };
  await tx
    .insert(idempotencyKeys)
    .values({ organizationId: request.organizationId, key: request.key, ...columns })
    .onConflictDoUpdate({ target: [idempotencyKeys.organizationId, idempotencyKeys.key], set: columns });
}

function ofKey({ organizationId, key }: KeyedRequest) {
  return and(eq(idempotencyKeys.organizationId, organizationId), eq(idempotencyKeys.key, key));
}

/** Lets this transaction wait for work outside it, which PostgreSQL would otherwise end. */
export async function allowWaiting(tx: Tx): Promise<void> {
  await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
}
