import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** As Standard Webhooks writes it. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
