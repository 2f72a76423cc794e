import { eq, sql } from 'drizzle-orm';
import { timingSafeEqual } from 'node:crypto';
import { systemQueries, type Database } from '../../db/client';
import { defineStatement } from '../../db/define-statement';
import { apiKeys } from '../../db/schema';
import { hashSecret, parseKey, type ApiKeyRow } from './api-key';

/**
 * The live key that was presented; null when it is malformed, unknown, wrong or revoked. `system` is the pool of the
 * system role: nobody knows yet whose key it is.
 */
export async function findApiKey(system: Database, presented: string): Promise<ApiKeyRow | null> {
  const parts = parseKey(presented);
  if (!parts) return null;
  const [row] = await findStatement(systemQueries(system)).execute({ publicId: parts.publicId });
  if (!row || row.revokedAt) return null;
  const expected = Buffer.from(row.secretHash, 'hex');
  const given = Buffer.from(hashSecret(parts.secret), 'hex');
  return expected.length === given.length && timingSafeEqual(expected, given) ? row : null;
}

/** Runs before every request. */
const findStatement = defineStatement((tx) =>
  tx
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.publicId, sql.placeholder('publicId')))
    .prepare('find_api_key'),
);
