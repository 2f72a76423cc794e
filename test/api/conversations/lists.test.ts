import { conversationPage, duePage } from '../../../src/contracts/http/conversation';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../../support/api-world';
import {
  createConversation,
  hoursAgo,
  minutesAgo,
  someContact,
  type Conversation,
} from '../../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;
const made: Conversation[] = [];

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
  for (let i = 0; i < 7; i += 1) {
    const lastMessage = { direction: 'outbound', text: 'Hi', sentAt: minutesAgo(i % 3) };
    made.push(
      await createConversation(tenant, { externalId: `c-${i}`, contact: someContact(), lastMessage }),
    );
  }
  await createConversation(tenant, { lastMessage: { direction: 'inbound', text: 'Hi' } });
  const stranger = await world.tenant();
  await createConversation(stranger, { externalId: 'c-0' });
});
afterAll(() => world.close());

const list = async (query: string) =>
  read(await tenant.get(`/v1/conversations${query}`), 200, conversationPage);
const listDue = async (query: string) =>
  read(await tenant.get(`/v1/conversations/due${query}`), 200, duePage);

async function allPages<T>(
  page: (cursor: string) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer: { items: T[]; nextCursor: string | null } = await page(
      cursor === '' ? '' : `&cursor=${cursor}`,
    );
    items.push(...answer.items);
    cursor = answer.nextCursor;
  }
  return items;
}

describe('GET /v1/conversations', () => {
  test('200: newest first, page by page, each once and nothing of others', async () => {
    const items = await allPages((cursor) => list(`?limit=3${cursor}`));
    expect(items).toHaveLength(8);
    expect(items.slice(1).map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
    expect(items.at(-1)).toEqual(made[0]);
  });

  test('200: a new conversation does not disturb the pages behind', async () => {
    const first = await list('?limit=4');
    await createConversation(tenant, {
      contact: someContact(),
      lastMessage: { direction: 'inbound', text: 'New' },
    });
    const second = await list(`?limit=4&cursor=${first.nextCursor}`);
    expect(second.items.map(({ id }) => id)).toEqual(
      made
        .slice(0, 4)
        .map(({ id }) => id)
        .reverse(),
    );
  });

  test.each([
    ['stage', () => '?stage=new', 7],
    ['contact', () => `?contactId=${made[2]?.contact.id}`, 1],
    ['external id', () => '?externalId=c-0', 1],
    ['sequence', () => '?sequence=default&stage=new', 7],
    ['an unknown sequence', () => '?sequence=other', 0],
    ['due time', () => `?dueBefore=${minutesAgo(-9.5)}`, 4],
    ['two filters', () => '?stage=ghosted&externalId=c-0', 0],
  ])('200: filtered by %s', async (_name, query, count) => {
    expect((await list(query())).items).toHaveLength(count);
  });

  test.each([
    ['limit', '?limit=0'],
    ['limit', '?limit=201'],
    ['limit', '?limit=ten'],
    ['limit', '?limit=1&limit=2'],
    ['cursor', '?cursor=zzz'],
    ['cursor', `?cursor=${Buffer.from('["x"]').toString('base64url')}`],
    ['stage', '?stage=asleep'],
    ['contactId', '?contactId=7'],
    ['dueBefore', '?dueBefore=9999-01-01T00:00:00Z'],
    ['dueBefore', '?dueBefore=soon'],
    ['externalId', '?externalId='],
    ['externalId', '?externalId=%00'],
    ['page', '?page=2'],
  ])('422 names %s of %s', async (path, query) => {
    expect(fieldsOf(await tenant.get(`/v1/conversations${query}`))).toEqual([path]);
  });
});

describe('GET /v1/conversations/due', () => {
  test('200: by due time, page by page, only what waits', async () => {
    const paused = await createConversation(tenant, { contact: someContact() });
    await tenant.post(`/v1/conversations/${paused.id}/pause`);
    const items = await allPages((cursor) => listDue(`?limit=2${cursor}`));
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set(made.map(({ id }) => id)));
    const dueAts = items.map(({ dueAt }) => dueAt);
    expect(dueAts).toEqual([...dueAts].sort());
    expect(items.map(({ episode }) => episode?.next?.dueAt)).toEqual(dueAts);
  });

  test('200: before an instant', async () => {
    expect((await listDue(`?before=${minutesAgo(-9.5)}`)).items).toHaveLength(4);
    expect((await listDue(`?before=${hoursAgo(1)}`)).items).toEqual([]);
  });

  test('422: a cursor of another list', async () => {
    const { nextCursor } = await list('?limit=1');
    expect(fieldsOf(await tenant.get(`/v1/conversations/due?cursor=${nextCursor}`))).toEqual(['cursor']);
  });
});

describe('GET /v1/conversations/:id', () => {
  test('404: an unknown id, one that cannot be one, and a broken address', async () => {
    for (const id of ['01890000-0000-7000-8000-000000000000', 'not-an-id', '%00', '%ff']) {
      readProblem(await tenant.get(`/v1/conversations/${id}`), 404, 'not_found');
    }
  });
});
