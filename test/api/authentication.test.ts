import { conversationPage } from '../../src/contracts/http/conversation';
import { inOrganization } from '../../src/db/client';
import { apiKeys } from '../../src/db/schema';
import { createApiWorld, read, readProblem, type ApiWorld, type Tenant } from '../support/api-world';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const list = (headers: Record<string, string>) => world.call('GET', '/v1/conversations', { headers });

describe('authentication', () => {
  test.each([
    ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['bearer, in any case', (key: string) => ({ authorization: `bearer  ${key}` })],
    ['x-api-key', (key: string) => ({ 'x-api-key': key })],
  ])('a live key as %s opens the door', async (_name, headers) => {
    read(await list(headers(tenant.key)), 200, conversationPage);
  });

  test.each([
    ['none', () => ({})],
    ['an empty one', () => ({ authorization: 'Bearer ' })],
    ['another scheme', (key: string) => ({ authorization: `Basic ${key}` })],
    ['one without scheme', (key: string) => ({ authorization: key })],
    ['a wrong one beside a right one', (key: string) => ({ authorization: 'Bearer ft_x', 'x-api-key': key })],
    ['one of another form', () => ({ 'x-api-key': 'sk_live_123' })],
    ['an unknown public id', () => ({ 'x-api-key': `ft_${'0'.repeat(16)}_${'0'.repeat(64)}` })],
    [
      'a wrong secret',
      (key: string) => ({ 'x-api-key': key.slice(0, -1) + (key.endsWith('0') ? '1' : '0') }),
    ],
    ['half a secret', (key: string) => ({ 'x-api-key': key.slice(0, -32) })],
    ['SQL', () => ({ 'x-api-key': "ft_' or 1=1 --_x" })],
  ])('401 with %s', async (_name, headers) => {
    const answer = await list(headers(tenant.key));
    readProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('401 from the moment a key is revoked, while another one of the organization lives on', async () => {
    const second = await world.keyOf(tenant.organizationId, ['read']);
    read(await list({ 'x-api-key': second }), 200, conversationPage);
    const publicId = second.split('_')[1];
    await inOrganization(world.database, tenant.organizationId, async (tx) => {
      const rows = await tx.select().from(apiKeys);
      const { id } = rows.find((row) => row.publicId === publicId) ?? { id: '' };
      const answer = await tenant.call('DELETE', `/v1/api-keys/${id}`);
      expect(answer.status).toBeLessThan(300);
    });
    readProblem(await list({ 'x-api-key': second }), 401, 'unauthorized');
    read(await list({ 'x-api-key': tenant.key }), 200, conversationPage);
  });

  test.each([
    ['GET', '/v1/conversations', ['write', 'admin']],
    ['POST', '/v1/conversations', ['read', 'admin']],
    ['POST', '/v1/api-keys', ['read', 'write']],
  ] as const)('403: %s %s with the scopes %p', async (method, path, scopes) => {
    const key = await world.keyOf(tenant.organizationId, [...scopes]);
    const body = method === 'POST' ? { body: {} } : {};
    readProblem(await world.call(method, path, { ...body, headers: { 'x-api-key': key } }), 403, 'forbidden');
  });

  test('who has no key learns nothing of what exists: 401 before 404, 415 and 422', async () => {
    readProblem(await world.call('GET', '/v1/conversations/not-an-id'), 401, 'unauthorized');
    readProblem(
      await world.call('POST', '/v1/conversations', { body: { surprise: 1 } }),
      401,
      'unauthorized',
    );
    const headers = { 'content-type': 'text/plain' };
    readProblem(await world.call('POST', '/v1/conversations', { raw: 'x', headers }), 401, 'unauthorized');
  });
});

test('429 with Retry-After beyond the rate of one key; other keys go on', async () => {
  const slow = await createApiWorld({ RATE_LIMIT_PER_MINUTE: '3' });
  try {
    const [one, other] = [await slow.tenant(), await slow.tenant()];
    for (let i = 0; i < 3; i += 1) read(await one.get('/v1/conversations'), 200, conversationPage);
    const refused = await one.get('/v1/conversations');
    readProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    read(await other.get('/v1/conversations'), 200, conversationPage);
  } finally {
    await slow.close();
  }
});
