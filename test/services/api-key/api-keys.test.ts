import { inOrganization } from '../../../src/db/client';
import { apiKeys } from '../../../src/db/schema';
import { createApiKey } from '../../../src/services/api-key/create-api-key';
import { findApiKey } from '../../../src/services/api-key/find-api-key';
import { listApiKeys } from '../../../src/services/api-key/list-api-keys';
import { revokeApiKey } from '../../../src/services/api-key/revoke-api-key';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;

beforeAll(async () => {
  world = await createVerbWorld();
  organizationId = await world.seed();
});
afterAll(() => world.close());

const create = () =>
  world.verb(organizationId, (ctx) => createApiKey(ctx, { name: 'CRM', scopes: ['read', 'write', 'read'] }));

describe('API keys', () => {
  test('a new key is found by what was shown, and its secret is stored nowhere', async () => {
    const { row, key } = await create();
    expect(key).toMatch(/^ft_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(await findApiKey(world.system, key)).toMatchObject({
      id: row.id,
      organizationId,
      scopes: ['read', 'write'],
    });
    const stored = await inOrganization(world.database, organizationId, (tx) => tx.select().from(apiKeys));
    expect(JSON.stringify(stored)).not.toContain(key.split('_')[2]);
  });

  test('a revoked key opens nothing, at once and for good; its neighbour still does', async () => {
    const [one, other] = [await create(), await create()];
    const first = await world.verb(organizationId, (ctx) => revokeApiKey(ctx, one.row.id));
    world.clock.advance(1000);
    const second = await world.verb(organizationId, (ctx) => revokeApiKey(ctx, one.row.id));
    expect(second.revokedAt).toEqual(first.revokedAt);
    expect(await findApiKey(world.system, one.key)).toBeNull();
    expect(await findApiKey(world.system, other.key)).not.toBeNull();
  });

  test.each([
    ['nothing', () => ''],
    ['a wrong secret', (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')],
    [
      'another public id',
      (key: string) => key.replace(/^ft_./, (start) => (start === 'ft_0' ? 'ft_1' : 'ft_0')),
    ],
    ['the secret in capitals', (key: string) => key.toUpperCase().replace('FT_', 'ft_')],
    ['something added', (key: string) => `${key}0`],
    ['a hash instead of the secret', (key: string) => key.replace(/[^_]+$/, 'f'.repeat(64))],
  ])('%s is no key', async (_name, forge) => {
    const { key } = await create();
    expect(await findApiKey(world.system, forge(key))).toBeNull();
  });

  test('another organization neither sees nor revokes them', async () => {
    const { row, key } = await create();
    const stranger = await world.seed();
    expect(await world.verb(stranger, (ctx) => listApiKeys(ctx, { limit: 10 }))).toEqual([]);
    await expect(world.verb(stranger, (ctx) => revokeApiKey(ctx, row.id))).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await findApiKey(world.system, key)).not.toBeNull();
  });
});
