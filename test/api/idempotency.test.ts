import { eq } from 'drizzle-orm';
import { Client } from 'pg';
import { conversationOut } from '../../src/contracts/http/conversation';
import { inOrganization } from '../../src/db/client';
import { conversations, idempotencyKeys } from '../../src/db/schema';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { createConversation, someContact } from '../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const create = (key: string, body: unknown, who = tenant) =>
  who.post('/v1/conversations', body, { 'idempotency-key': key });

async function countConversations(who = tenant): Promise<number> {
  const rows = await inOrganization(world.database, who.organizationId, (tx) =>
    tx.select().from(conversations),
  );
  return rows.length;
}

describe('Idempotency-Key', () => {
  test('the same request is answered with the same bytes and done once', async () => {
    const body = {
      contact: { ...someContact(), attributes: { zebra: 1, apple: { b: [1.5, 'é'], a: null } } },
    };
    const before = await countConversations();
    const first = await create('k-1', body);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const second = await create('k-1', body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect({ status: second.status, text: second.text }).toEqual({ status: 201, text: first.text });
    expect(await countConversations()).toBe(before + 1);
  });

  test('422 for another body, another path, and for a body written differently', async () => {
    const body = { contact: someContact() };
    const { id } = read(await create('k-2', body), 201, conversationOut);
    readProblem(await create('k-2', { ...body, variables: { a: 1 } }), 422, 'idempotency_key_reused');
    const headers = { 'idempotency-key': 'k-2' };
    readProblem(
      await tenant.post(`/v1/conversations/${id}/send-now`, undefined, headers),
      422,
      'idempotency_key_reused',
    );
    const raw = JSON.stringify(body, null, 2);
    readProblem(
      await tenant.call('POST', '/v1/conversations', { raw, headers }),
      422,
      'idempotency_key_reused',
    );
  });

  test('409 with Retry-After while the first is still running', async () => {
    const holder = new Client({ connectionString: world.config.databaseUrl });
    await holder.connect();
    try {
      const name = `${tenant.organizationId}:k-3`;
      await holder.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
      const body = { contact: someContact() };
      const refused = await create('k-3', body);
      readProblem(refused, 409, 'idempotency_in_progress');
      expect(refused.headers.get('retry-after')).toBe('1');
      await holder.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
      read(await create('k-3', body), 201, conversationOut);
    } finally {
      await holder.end();
    }
  });

  test('twenty at once: one is done, the others are told to wait or get its answer', async () => {
    const body = { contact: someContact() };
    const before = await countConversations();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create('k-4', body)));
    const texts = answers.filter(({ status }) => status === 201).map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    for (const answer of answers)
      if (answer.status !== 201) readProblem(answer, 409, 'idempotency_in_progress');
    expect(await countConversations()).toBe(before + 1);
  });

  test('what failed is not kept: the key is free for the corrected request', async () => {
    expect(fieldsOf(await create('k-5', { contact: { email: 'ada' } }))).toEqual(['contact.email']);
    readProblem(await create('k-5', { contact: someContact(), sequence: 'nope' }), 422, 'unknown_sequence');
    read(await create('k-5', { contact: someContact() }), 201, conversationOut);
  });

  test('a 409 of the verb is not kept either', async () => {
    const { id } = await createConversation(tenant, { lastMessage: { direction: 'inbound', text: 'Hi' } });
    const headers = { 'idempotency-key': 'k-6' };
    readProblem(await tenant.post(`/v1/conversations/${id}/resume`, undefined, headers), 409, 'conflict');
    await tenant.post(`/v1/conversations/${id}/messages`, { direction: 'outbound', text: 'Hi' });
    read(await tenant.post(`/v1/conversations/${id}/resume`, undefined, headers), 200, conversationOut);
  });

  test('a reply that is sent again stops nothing twice', async () => {
    const { id } = await createConversation(tenant);
    const reply = () =>
      tenant.post(
        `/v1/conversations/${id}/messages`,
        { direction: 'inbound', text: 'Yes' },
        { 'idempotency-key': 'k-7' },
      );
    const first = await reply();
    await tenant.post(`/v1/conversations/${id}/messages`, { direction: 'outbound', text: 'Great' });
    expect((await reply()).text).toBe(first.text);
    read(await tenant.get(`/v1/conversations/${id}`), 200, conversationOut.extend({}));
    expect(await tenant.get(`/v1/conversations/${id}`)).toMatchObject({
      body: { stage: 'new', episode: { number: 2 } },
    });
  });

  test('is forgotten after 24 h', async () => {
    const body = { contact: someContact() };
    const first = read(await create('k-8', body), 201, conversationOut);
    const age = async (hours: number) => {
      const createdAt = new Date(Date.now() - hours * 3_600_000);
      await inOrganization(world.database, tenant.organizationId, (tx) =>
        tx.update(idempotencyKeys).set({ createdAt }).where(eq(idempotencyKeys.key, 'k-8')),
      );
    };
    await age(23.9);
    expect(read(await create('k-8', body), 201, conversationOut).id).toBe(first.id);
    await age(24);
    const later = await create('k-8', body);
    expect(later.headers.get('idempotency-replayed')).toBeNull();
    expect(read(later, 201, conversationOut).id).not.toBe(first.id);
  });

  test('means nothing to another organization', async () => {
    const other = await world.tenant();
    const body = { contact: someContact() };
    const first = read(await create('k-9', body), 201, conversationOut);
    const second = await create('k-9', body, other);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    expect(read(second, 201, conversationOut).id).not.toBe(first.id);
  });

  test.each([
    ['an empty one', ''],
    ['one of 256 characters', 'k'.repeat(256)],
    ['one with a letter beyond ASCII', 'clé'],
    ['one with a tab', 'a\tb'],
  ])('422: %s', async (_name, key) => {
    expect(fieldsOf(await create(key, { contact: someContact() }))).toEqual(['Idempotency-Key']);
  });

  test('takes one of 255 printable characters', async () => {
    read(await create('k '.repeat(127) + '~', { contact: someContact() }), 201, conversationOut);
  });

  test('is ignored where nothing is made', async () => {
    const headers = { 'idempotency-key': 'k-10' };
    await tenant.get('/v1/conversations', headers);
    const answer = await create('k-10', { contact: someContact() });
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    read(answer, 201, conversationOut);
  });

  test('POST /v1/api-keys is replayed without the secret', async () => {
    const make = () =>
      tenant.post('/v1/api-keys', { name: 'n8n', scopes: ['read'] }, { 'idempotency-key': 'k-11' });
    const first = await make();
    expect(first.status).toBe(201);
    expect(first.text).toMatch(/ft_[0-9a-f]{16}_[0-9a-f]{64}/);
    const second = await make();
    expect(second.status).toBe(201);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.text).not.toMatch(/ft_[0-9a-f]{16}_[0-9a-f]{64}/);
  });
});
