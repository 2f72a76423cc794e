import { createHash, randomBytes } from 'node:crypto';
import type { apiKeys } from '../../db/schema';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

const PUBLIC_ID_BYTES = 8;
const SECRET_BYTES = 32;
const FORM = /^ft_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** Hexadecimal, so that a double click selects the whole key. */
export function newKey(): { publicId: string; secret: string; key: string } {
  const publicId = randomBytes(PUBLIC_ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  return { publicId, secret, key: `ft_${publicId}_${secret}` };
}

/** The two parts of `ft_<publicId>_<secret>`; null for anything else. */
export function parseKey(presented: string): { publicId: string; secret: string } | null {
  const [, publicId, secret] = FORM.exec(presented) ?? [];
  return publicId === undefined || secret === undefined ? null : { publicId, secret };
}

/** One round of SHA-256 is enough: the secret is 256 random bits, not a password. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
