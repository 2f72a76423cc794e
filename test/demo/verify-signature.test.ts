import { isSigned } from '../../scripts/demo/verify-signature';
import { webhookHeaders } from '../../src/channels/webhook-signature';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const now = new Date('2026-11-21T12:00:00Z');
const body = '{"type":"nudge"}';

function request(secrets: string[], at = now) {
  const headers = webhookHeaders('d-1', at, body, secrets);
  return {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body,
  };
}

test('a receiver that follows Standard Webhooks accepts what the channel signs, during a rotation too', () => {
  expect(isSigned(request([secret]), secret, now)).toBe(true);
  expect(isSigned(request([other, secret]), secret, now)).toBe(true);
});

test.each([
  ['of another secret', request([other])],
  ['over another body', { ...request([secret]), body: '{}' }],
  ['over another id', { ...request([secret]), id: 'd-2' }],
  ['of six minutes ago', request([secret], new Date(now.getTime() - 6 * 60_000))],
  ['without a time', { ...request([secret]), timestamp: '' }],
  ['that is empty', { ...request([secret]), signature: '' }],
])('a signature %s is refused', (_what, signed) => {
  expect(isSigned(signed, secret, now)).toBe(false);
});
