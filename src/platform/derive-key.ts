import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/** A key for one purpose from a configured one (base64 of 32 bytes), so that no two uses share key material. */
export function deriveKey(configuredKey: string, purpose: string): Buffer {
  const key = Buffer.from(configuredKey, 'base64');
  if (key.length !== KEY_BYTES) throw new Error('an encryption key must be base64 of 32 bytes');
  return Buffer.from(hkdfSync('sha256', key, 'followthrough', purpose, KEY_BYTES));
}
