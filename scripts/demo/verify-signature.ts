import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_S = 5 * 60;

export interface SignedRequest {
  id: string;
  /** Epoch seconds, as sent. */
  timestamp: string;
  signature: string;
  body: string;
}

/** Standard Webhooks 1.0.0, as any receiver would check it; `secret` is `whsec_` and base64. */
export function isSigned(request: SignedRequest, secret: string, now: Date): boolean {
  const age = Math.abs(now.getTime() / 1000 - Number(request.timestamp));
  if (!(age <= TOLERANCE_S)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const content = `${request.id}.${request.timestamp}.${request.body}`;
  const expected = createHmac('sha256', key).update(content).digest();
  return request.signature.split(' ').some((entry) => {
    const [version, text = ''] = entry.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
