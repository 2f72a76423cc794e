import { apiKeyOut, apiKeyPage } from '../../src/contracts/http/api-key';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
});
beforeEach(async () => {
  tenant = await world.tenant();
});
afterAll(() => world.close());

const create = async (body: object = {}) => read(await tenant.post('/v1/api-keys', body), 201, apiKeyOut);
const use = (key: string) => world.call('GET', '/v1/organization', { headers: { 'x-api-key': key } });

describe('API keys', () => {
  test('201: a key that works at once, shown once, with the scopes it was given', async () => {
    const made = await create({ name: 'CRM', scopes: ['read'] });
    expect(made).toMatchObject({ name: 'CRM', scopes: ['read'], revokedAt: null });
    expect((await use(made.key ?? '')).status).toBe(200);
    const denied = await world.call('POST', '/v1/conversations', {
      headers: { 'x-api-key': made.key ?? '' },
      body: {},
    });
    readProblem(denied, 403, 'forbidden');
    const { key, ...shown } = made;
    const list = await tenant.get('/v1/api-keys');
    expect(read(list, 200, apiKeyPage).items[0]).toEqual(shown);
    expect(list.text).not.toContain(key?.split('_')[2]);
    expect(world.loggedText()).not.toContain(key?.split('_')[2]);
  });

  test('a replay answers without the secret', async () => {
    const header = { 'idempotency-key': 'key-1' };
    const first = read(await tenant.post('/v1/api-keys', { name: 'once' }, header), 201, apiKeyOut);
    const answer = await tenant.post('/v1/api-keys', { name: 'once' }, header);
    expect(answer.headers.get('idempotency-replayed')).toBe('true');
    const again = read(answer, 201, apiKeyOut);
    expect(again.id).toBe(first.id);
    expect(again.key).toBeUndefined();
  });

  test('two live at a time is a rotation: the revoked one opens nothing any more, the other still does', async () => {
    const [old, fresh] = [await create(), await create()];
    const answer = await tenant.call('DELETE', `/v1/api-keys/${old.id}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    readProblem(await use(old.key ?? ''), 401, 'unauthorized');
    expect((await use(fresh.key ?? '')).status).toBe(200);
    const { items } = read(await tenant.get('/v1/api-keys'), 200, apiKeyPage);
    expect(items.find(({ id }) => id === old.id)?.revokedAt).toEqual(expect.any(String));
    expect((await tenant.call('DELETE', `/v1/api-keys/${old.id}`)).status).toBe(204);
  });

  test('lists newest first, in pages', async () => {
    const made = [(await create({ name: 'a' })).id, (await create({ name: 'b' })).id];
    const first = read(await tenant.get('/v1/api-keys?limit=2'), 200, apiKeyPage);
    expect(first.items.map(({ id }) => id)).toEqual(made.reverse());
    const second = read(await tenant.get(`/v1/api-keys?cursor=${first.nextCursor}`), 200, apiKeyPage);
    expect(second.items.map(({ name }) => name)).toEqual(['test']);
  });

  test('404: revoking an unknown key, or another organization’s', async () => {
    const other = await world.tenant();
    const { id } = await create();
    readProblem(await other.call('DELETE', `/v1/api-keys/${id}`), 404, 'not_found');
    readProblem(await tenant.call('DELETE', `/v1/api-keys/${crypto.randomUUID()}`), 404, 'not_found');
    readProblem(await tenant.call('DELETE', '/v1/api-keys/nothing'), 404, 'not_found');
  });

  test.each<[string, object, string[]]>([
    ['an unknown scope', { scopes: ['root'] }, ['scopes.0']],
    ['no scope', { scopes: [] }, ['scopes']],
    ['an empty name', { name: '' }, ['name']],
    ['an unknown field', { key: 'mine' }, ['key']],
  ])('422: %s', async (_name, body, fields) => {
    expect(fieldsOf(await tenant.post('/v1/api-keys', body))).toEqual(fields);
  });

  test('403 without the scope admin', async () => {
    const key = await world.keyOf(tenant.organizationId, ['read', 'write']);
    for (const method of ['GET', 'POST']) {
      readProblem(
        await world.call(method, '/v1/api-keys', { headers: { 'x-api-key': key } }),
        403,
        'forbidden',
      );
    }
  });
});
