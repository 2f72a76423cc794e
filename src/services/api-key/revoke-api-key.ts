import { and, eq, sql } from 'drizzle-orm';
import { apiKeys } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import type { ApiKeyRow } from './api-key';

/** From the commit on the key opens nothing. Revoking it again keeps the first time. Throws not_found. */
export async function revokeApiKey(
  ctx: Pick<VerbContext, 'tx' | 'organizationId' | 'now'>,
  id: string,
): Promise<ApiKeyRow> {
  const [row] = await ctx.tx
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${ctx.now.toISOString()}::timestamptz)` })
    .where(and(eq(apiKeys.organizationId, ctx.organizationId), eq(apiKeys.id, id)))
    .returning();
  if (!row) throw new AppError('not_found', 'No such API key.');
  return row;
}
