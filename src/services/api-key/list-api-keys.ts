import { and, desc, eq, lt } from 'drizzle-orm';
import { apiKeys } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import type { ApiKeyRow } from './api-key';

/** The organization's keys, newest first, revoked ones too; `beforeId` is the last one already seen. */
export async function listApiKeys(
  { tx, organizationId }: Pick<VerbContext, 'tx' | 'organizationId'>,
  page: { limit: number; beforeId?: string | undefined },
): Promise<ApiKeyRow[]> {
  const older = page.beforeId === undefined ? undefined : lt(apiKeys.id, page.beforeId);
  return tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.organizationId, organizationId), older))
    .orderBy(desc(apiKeys.id))
    .limit(page.limit);
}
