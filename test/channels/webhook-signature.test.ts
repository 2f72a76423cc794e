import { createHmac, timingSafeEqual } from 'node:crypto';
import { webhookHeaders } from '../../src/channels/webhook-signature';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const older = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const at = new Date('2021-02-25T07:30:30.614Z');
const body = '{"test": 2432232314}';

/** What a receiver does, written from the specification of Standard Webhooks 1.0.0 and from nothing of ours. */
function verifies(headers: Record<string, string>, payload: string, whsec: string, nowS: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': list } = headers;
  if (!id || !timestamp || !list || Math.abs(nowS - Number(timestamp)) > 300) return false;
  const [, encoded] = whsec.split('_');
  const hmac = createHmac('sha256', Buffer.from(encoded ?? '', 'base64'));
  const expected = hmac.update(Buffer.from([id, timestamp, payload].join('.'), 'utf8')).digest();
  return list.split(' ').some((one) => {
    const [version, signature] = one.split(',');
    const given = Buffer.from(signature ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

test('the test vector of the specification: id, timestamp, body and secret give its signature', () => {
  expect(webhookHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1614265330_999), body, [secret])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a receiver verifies what was signed, and nothing that was changed', () => {
  const headers = webhookHeaders('d-1', at, body, [secret]);
  const nowS = at.getTime() / 1000;
  expect(verifies(headers, body, secret, nowS)).toBe(true);
  expect(verifies(headers, `${body} `, secret, nowS)).toBe(false);
  expect(verifies({ ...headers, 'webhook-id': 'd-2' }, body, secret, nowS)).toBe(false);
  expect(verifies({ ...headers, 'webhook-timestamp': '1614238231' }, body, secret, nowS)).toBe(false);
  expect(verifies(headers, body, older, nowS)).toBe(false);
  expect(verifies(headers, body, secret, nowS + 301)).toBe(false);
});

test('during a rotation a receiver that knows either secret verifies', () => {
  const headers = webhookHeaders('d-1', at, body, [secret, older]);
  expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  expect(verifies(headers, body, secret, at.getTime() / 1000)).toBe(true);
  expect(verifies(headers, body, older, at.getTime() / 1000)).toBe(true);
});

test('text beyond ASCII is signed as the bytes that are sent', () => {
  const words = JSON.stringify({ message: 'Grüße 👋 \ud800' });
  expect(verifies(webhookHeaders('d-1', at, words, [secret]), words, secret, at.getTime() / 1000)).toBe(true);
});
