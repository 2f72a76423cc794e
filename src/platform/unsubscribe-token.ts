import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { CHANNEL_KINDS, type ChannelKind } from '../domain/conversation';
import { deriveKey } from './derive-key';

/** Whom a one-click link opts out, and of what. */
export interface UnsubscribeSubject {
  organizationId: string;
  contactId: string;
  channel: ChannelKind;
}

export interface UnsubscribeTokens {
  sign(subject: UnsubscribeSubject): string;
  /** null for anything that none of the keys signed. */
  read(token: string): UnsubscribeSubject | null;
}

const VERSION = 1;
const UUID_BYTES = 16;
const MAC_BYTES = 32;
const BODY_BYTES = 2 + 2 * UUID_BYTES;

/** Part of the format of links already sent: never renumber. */
const CHANNEL_CODES: Record<ChannelKind, number> = { webhook: 1, email: 2 };

/**
 * Tokens that alone suffice to opt out (RFC 8058): version, channel, organization, contact, HMAC-SHA256, in base64url.
 * They never expire, since mails are kept. `keys` are base64 of 32 bytes: the first signs, all verify.
 */
export function createUnsubscribeTokens(keys: readonly string[]): UnsubscribeTokens {
  const derived = keys.map((key) => deriveKey(key, 'unsubscribe'));
  const [signing] = derived;
  if (!signing) throw new Error('unsubscribe tokens need at least one key');
  return {
    sign: (subject) => signUnsubscribe(signing, subject),
    read: (token) => readUnsubscribe(derived, token),
  };
}

function signUnsubscribe(key: Buffer, { organizationId, contactId, channel }: UnsubscribeSubject): string {
  const body = Buffer.from([VERSION, CHANNEL_CODES[channel], ...parse(organizationId), ...parse(contactId)]);
  return Buffer.concat([body, mac(key, body)]).toString('base64url');
}

function readUnsubscribe(keys: Buffer[], token: string): UnsubscribeSubject | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const body = bytes.subarray(0, BODY_BYTES);
  const isSigned =
    keys.filter((key) => timingSafeEqual(bytes.subarray(BODY_BYTES), mac(key, body))).length > 0;
  const channel = CHANNEL_KINDS.find((kind) => CHANNEL_CODES[kind] === body[1]);
  if (!isSigned || body[0] !== VERSION || !channel) return null;
  return { organizationId: stringify(body, 2), contactId: stringify(body, 2 + UUID_BYTES), channel };
}

function mac(key: Buffer, body: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
