import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { conversationOut } from '../../src/contracts/http/conversation';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { someContact } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const send = (raw: string | Buffer, headers: Record<string, string> = {}) =>
  tenant.call('POST', '/v1/conversations', { raw, headers });

describe('bodies', () => {
  test.each<[string, string | Buffer, Record<string, string>?]>([
    ['half of it', '{"contact": {'],
    ['a trailing comma', '{"contact": {"externalId": "c"},}'],
    ['text', 'hello'],
    ['two documents', '{}{}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['a gzip that is none', Buffer.from('not gzip'), { 'content-encoding': 'gzip' }],
  ])('400: %s', async (_name, raw, headers = {}) => {
    readProblem(await send(raw, headers), 400, 'malformed_json');
  });

  test.each([
    ['text/plain', '{}'],
    ['application/x-www-form-urlencoded', 'a=b'],
    ['application/json; charset=utf-16', '{}'],
    ['text/csv', 'a,b'],
  ])('415: %s', async (type, raw) => {
    readProblem(await send(raw, { 'content-type': type }), 415, 'unsupported_media_type');
  });

  test('415: an encoding nobody knows', async () => {
    readProblem(await send('{}', { 'content-encoding': 'snappy' }), 415, 'unsupported_media_type');
  });

  test('413: 2 MB, also when they come compressed', async () => {
    const large = JSON.stringify({ contact: { externalId: 'x'.repeat(2_000_000) } });
    readProblem(await send(large), 413, 'payload_too_large');
    readProblem(await send(gzipSync(large), { 'content-encoding': 'gzip' }), 413, 'payload_too_large');
  });

  test('a compressed body within the limit is read', async () => {
    const body = gzipSync(JSON.stringify({ contact: someContact() }));
    read(await send(body, { 'content-encoding': 'gzip' }), 201, conversationOut);
  });

  test.each([
    ['[]', ''],
    ['null', ''],
    ['"contact"', ''],
    ['', 'contact'],
    ['{"contact": null}', 'contact'],
    ['{"contact": {"externalId": "a\\u0000b"}}', 'contact.externalId'],
    ['{"contact": {"externalId": "\\ud800"}}', 'contact.externalId'],
    ['{"contact": {"externalId": "c", "attributes": {"a": ["x", "\\udc00y"]}}}', 'contact.attributes.a.1'],
    [
      '{"contact": {"externalId": "c", "attributes": {"__proto__": {"admin": true}}}}',
      'contact.attributes.__proto__',
    ],
    ['{"__proto__": {"contact": 1}}', '__proto__'],
    ['{"contact": {"externalId": "c", "attributes": {"n": 1e999}}}', 'contact.attributes.n'],
  ])('422: %s', async (raw, path) => {
    expect(fieldsOf(await send(raw))).toContain(path);
  });

  test('422: a name with NUL in it is shown made printable', async () => {
    const answer = await send('{"contact": {"externalId": "c", "attributes": {"a\\u0000b": 1}}}');
    expect(fieldsOf(answer)).toEqual(['contact.attributes.a\uFFFDb']);
  });

  test('422: nested deeper than anyone needs, at once and at any depth', async () => {
    for (const depth of [40, 200_000]) {
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      const answer = await send(`{"contact": {"externalId": "c", "attributes": {"a": ${nested}}}}`);
      expect(fieldsOf(answer)[0]).toMatch(/^contact\.attributes\.a(\.0)+$/);
    }
  });

  test('422 names every wrong field at once', async () => {
    const answer = await tenant.post('/v1/conversations', {
      contact: { email: 'x', phone: 'y', nickname: 'z' },
      channel: 'fax',
      surprise: 1,
    });
    expect(fieldsOf(answer).sort()).toEqual([
      'channel',
      'contact.email',
      'contact.nickname',
      'contact.phone',
      'surprise',
    ]);
  });

  test('stores what people write: emoji, all scripts, right-to-left', async () => {
    const name = '👩‍🚀 Ada „Łukasz“ 李 مرحبا \u200f';
    const answer = await tenant.post('/v1/conversations', { contact: { ...someContact(), name } });
    expect(read(answer, 201, conversationOut).contact.name).toBe(name);
  });

  test('no value of a request comes back in a problem', async () => {
    const canary = 'canary-7313';
    const answer = await tenant.post('/v1/conversations', {
      contact: { email: canary, timeZone: canary, phone: canary },
      channel: canary,
    });
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain(canary);
  });
});

describe('addresses', () => {
  test('404: nothing there, also without a key', async () => {
    readProblem(await world.call('GET', '/v1/nothing'), 404, 'not_found');
    readProblem(await world.call('POST', '/v2/conversations', { body: {} }), 404, 'not_found');
    readProblem(await world.call('GET', '/'), 404, 'not_found');
  });

  test('405 with Allow: a method the address does not take', async () => {
    const answer = await tenant.call('DELETE', '/v1/conversations');
    readProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('POST, GET');
    readProblem(
      await tenant.get('/v1/conversations/01890000-0000-7000-8000-000000000000/stop'),
      405,
      'method_not_allowed',
    );
    readProblem(await world.call('PUT', '/openapi.json'), 405, 'method_not_allowed');
  });
});

describe('headers', () => {
  test('every answer bears a request id; a plain one of the caller is taken over', async () => {
    const own = randomUUID();
    expect(
      (await world.call('GET', '/healthz', { headers: { 'x-request-id': own } })).headers.get('x-request-id'),
    ).toBe(own);
    const odd = await world.call('GET', '/v1/nothing', { headers: { 'x-request-id': 'a b <script>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('say nothing of what runs here and let no page embed it', async () => {
    const { headers } = await world.call('GET', '/healthz');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

test('a caller that goes away in the middle of its body harms nobody', async () => {
  const { port } = world.api;
  await new Promise<void>((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': '1000', 'x-api-key': tenant.key };
    const half = request({ port, method: 'POST', path: '/v1/conversations', headers });
    half.on('error', () => resolve());
    half.write('{"contact": ');
    setImmediate(() => half.destroy(new Error('gone')));
  });
  read(await tenant.post('/v1/conversations', { contact: someContact() }), 201, conversationOut);
  expect(world.loggedText()).not.toContain('internal_error');
});
