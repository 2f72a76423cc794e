import { v7 as uuidv7 } from 'uuid';
import { apiKeys } from '../../db/schema';
import type { Scope } from '../../domain/scopes';
import type { VerbContext } from '../verb-context';
import { hashSecret, newKey, type ApiKeyRow } from './api-key';

export interface CreateApiKeyInput {
  name: string;
  scopes: readonly Scope[];
}

/** Makes a key of the organization. `key` is the only time its secret is seen: only a hash is stored. */
export async function createApiKey(
  ctx: Pick<VerbContext, 'tx' | 'organizationId' | 'now'>,
  input: CreateApiKeyInput,
): Promise<{ row: ApiKeyRow; key: string }> {
  const { publicId, secret, key } = newKey();
  const [row] = await ctx.tx
    .insert(apiKeys)
    .values({
      organizationId: ctx.organizationId,
      id: uuidv7(),
      publicId,
      secretHash: hashSecret(secret),
      name: input.name,
      scopes: [...new Set(input.scopes)],
      createdAt: ctx.now,
    })
    .returning();
  if (!row) throw new Error('the key was not stored');
  return { row, key };
}
