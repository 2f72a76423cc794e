import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { UnreadableSecret } from '../domain/errors';
import type { SecretBox } from '../services/ports';
import { deriveKey } from './derive-key';

const PREFIX = 'v1.';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM as `v1.` + base64url(iv, tag, ciphertext). `keys` are base64 of 32 bytes: the first seals, all open, so
 * that a key can be replaced while older values last. `open` throws UnreadableSecret; its cause tells the operator
 * what to do and holds no part of the value.
 */
export function createSecretBox(keys: readonly string[]): SecretBox {
  const derived = keys.map((key) => deriveKey(key, 'secret-box'));
  const [sealing] = derived;
  if (!sealing) throw new Error('a secret box needs at least one key');
  return {
    seal: (plain) => seal(sealing, plain),
    open(sealed) {
      if (!sealed.startsWith(PREFIX))
        throw unopened('it does not begin with v1. (was it written by a later version?)');
      const box = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
      for (const key of derived) {
        const plain = tryOpen(key, box);
        if (plain !== null) return plain;
      }
      throw unopened(
        'none of the configured encryption keys opens it. Add the key it was sealed with after the present one',
      );
    },
  };
}

function seal(key: Buffer, plain: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
}

function tryOpen(key: Buffer, box: Buffer): string | null {
  if (box.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const plain = decipher.update(box.subarray(IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]).toString('utf8');
  } catch {
    // The tag does not fit: sealed under another key, or changed since.
    return null;
  }
}

function unopened(why: string): UnreadableSecret {
  return new UnreadableSecret(new Error(`A secret at rest cannot be opened: ${why}.`));
}
