import { channelOut, channelPage } from '../../src/contracts/http/channel';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { bareTenant } from '../support/bare-tenant';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
});
beforeEach(async () => {
  tenant = await bareTenant(world);
});
afterAll(() => world.close());

const put = (kind: string, body: unknown) => tenant.call('PUT', `/v1/channels/${kind}`, { body });
const url = 'https://example.com/hook';

describe('the webhook', () => {
  test('200: its secret is shown once and kept by later PUTs; the list never shows it', async () => {
    const first = read(await put('webhook', { url, pace: { max: 10, per: '1m' } }), 200, channelOut);
    expect(first).toMatchObject({
      kind: 'webhook',
      url,
      pace: { max: 10, per: '1m' },
      previousSecretUntil: null,
    });
    expect(first.secret).toMatch(/^whsec_/);
    const second = read(await put('webhook', { url: 'https://example.com/two' }), 200, channelOut);
    expect(second).toMatchObject({ url: 'https://example.com/two', pace: null });
    expect(second.secret).toBeUndefined();
    const { items } = read(await tenant.get('/v1/channels'), 200, channelPage);
    expect(items).toEqual([second]);
  });

  test('200: rotation shows a second secret once; its replay does not', async () => {
    const first = read(await put('webhook', { url }), 200, channelOut);
    const header = { 'idempotency-key': 'rotate-1' };
    const path = '/v1/channels/webhook/rotate-secret';
    const rotated = read(await tenant.post(path, {}, header), 200, channelOut);
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(first.secret);
    const untilMs = Date.parse(rotated.previousSecretUntil ?? '') - Date.now();
    expect(untilMs).toBeGreaterThan(23.9 * 3_600_000);
    const replayed = await tenant.post(path, {}, header);
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    const { secret, ...shown } = rotated;
    expect(secret).toBeDefined();
    expect(read(replayed, 200, channelOut)).toEqual(shown);
    expect(world.loggedText()).not.toContain('whsec_');
  });

  test('404: rotating before there is one', async () => {
    readProblem(await tenant.post('/v1/channels/webhook/rotate-secret', {}), 404, 'not_found');
  });

  test.each<[string, object, string[]]>([
    ['no URL', {}, ['url']],
    ['plain http', { url: 'http://example.com' }, ['url']],
    ['a private address', { url: 'https://10.0.0.1/hook' }, ['url']],
    ['loopback', { url: 'https://localhost/hook' }, ['url']],
    ['the metadata address', { url: 'https://169.254.169.254/' }, ['url']],
    ['credentials', { url: 'https://user:pass@example.com' }, ['url']],
    ['a pace of nothing', { url, pace: { max: 0, per: '1s' } }, ['pace.max']],
    ['an unknown field', { url, secret: 'mine' }, ['secret']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await put('webhook', body))).toEqual(fields);
    expect(read(await tenant.get('/v1/channels'), 200, channelPage).items).toEqual([]);
  });
});

describe('e-mail', () => {
  test('200: its SMTP address is never read back and kept unless it is named', async () => {
    const smtpUrl = 'smtps://user:hush@mail.example.com';
    const first = read(
      await put('email', { from: 'Acme <us@example.com>', replyTo: 'desk@example.com', smtpUrl }),
      200,
      channelOut,
    );
    expect(first).toMatchObject({
      kind: 'email',
      from: 'Acme <us@example.com>',
      replyTo: 'desk@example.com',
      hasOwnSmtp: true,
    });
    expect(read(await put('email', { from: 'us@example.com' }), 200, channelOut)).toMatchObject({
      hasOwnSmtp: true,
      replyTo: null,
    });
    const answer = await tenant.get('/v1/channels');
    expect(answer.text).not.toContain('hush');
    expect(world.loggedText()).not.toContain('hush');
    expect(
      read(await put('email', { from: 'us@example.com', smtpUrl: null }), 200, channelOut).hasOwnSmtp,
    ).toBe(false);
  });

  test.each<[string, object, string[]]>([
    ['no sender', {}, ['from']],
    ['a sender without @', { from: 'us' }, ['from']],
    ['a header in the name', { from: 'Us\r\nBcc: x <us@example.com>' }, ['from']],
    ['two senders', { from: 'a@example.com, b@example.com' }, ['from']],
    [
      'an SMTP address on a private host',
      { from: 'us@example.com', smtpUrl: 'smtp://127.0.0.1:25' },
      ['smtpUrl'],
    ],
    ['an SMTP address that is none', { from: 'us@example.com', smtpUrl: 'https://example.com' }, ['smtpUrl']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await put('email', body))).toEqual(fields);
  });
});

describe('GET /v1/channels', () => {
  test('in the order of configuration, of one organization only; 403 for changes without admin', async () => {
    await put('email', { from: 'us@example.com' });
    await put('webhook', { url });
    const { items } = read(await tenant.get('/v1/channels'), 200, channelPage);
    expect(items.map(({ kind }) => kind)).toEqual(['email', 'webhook']);
    const other = await bareTenant(world);
    expect(read(await other.get('/v1/channels'), 200, channelPage).items).toEqual([]);
    const key = await world.keyOf(tenant.organizationId, ['read', 'write']);
    const answer = await world.call('PUT', '/v1/channels/webhook', {
      headers: { 'x-api-key': key },
      body: { url },
    });
    readProblem(answer, 403, 'forbidden');
  });
});
