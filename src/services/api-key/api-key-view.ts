import { SCOPES, type Scope } from '../../domain/scopes';
import type { ApiKeyRow } from './api-key';

/** A key without its secret. */
export interface ApiKeyView {
  id: string;
  name: string;
  publicId: string;
  scopes: Scope[];
  createdAt: string;
  revokedAt: string | null;
}

export function apiKeyView({ id, name, publicId, scopes, createdAt, revokedAt }: ApiKeyRow): ApiKeyView {
  return {
    id,
    name,
    publicId,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    createdAt: createdAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
