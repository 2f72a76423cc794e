import { decisionPage, timelinePage } from '../../../src/contracts/http/timeline';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../../support/api-world';
import {
  claimFirstStep,
  createConversation,
  hoursAgo,
  type Conversation,
} from '../../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;
let made: Conversation;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
  made = await createConversation(tenant, {
    lastMessage: { direction: 'outbound', text: 'Here is your quote.', sentAt: hoursAgo(2) },
  });
  await claimFirstStep(world.database, tenant.organizationId, made);
  await tenant.post(`/v1/conversations/${made.id}/messages`, {
    direction: 'inbound',
    text: 'Yes!',
    externalId: 'r-1',
  });
  await tenant.post(`/v1/conversations/${made.id}/stop`, { reason: 'handed_off', note: 'Wants a call.' });
});
afterAll(() => world.close());

const page = async (name: string, query = '') => tenant.get(`/v1/conversations/${made.id}/${name}${query}`);

describe('GET /v1/conversations/:id/timeline', () => {
  test('200: everything that happened, in order', async () => {
    const { items, nextCursor } = read(await page('timeline'), 200, timelinePage);
    expect(nextCursor).toBeNull();
    expect(items.map(({ type }) => type)).toEqual([
      'message',
      'decision',
      'stage_change',
      'nudge',
      'delivery',
      'message',
      'stage_change',
      'stage_change',
    ]);
    expect(items).toMatchObject([
      { direction: 'outbound', text: 'Here is your quote.' },
      { step: 1, verdict: 'skip', gates: [{ gate: 'lateness', verdict: 'skip' }] },
      { from: null, to: 'new' },
      { step: 1, stage: 'followup_10m', text: 'Hi' },
      { step: 1, channel: 'webhook', status: 'claimed' },
      { direction: 'inbound', author: 'contact', externalId: 'r-1' },
      { to: 'engaged', reason: 'replied' },
      { to: 'handed_off', reason: 'handed_off', note: 'Wants a call.' },
    ]);
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).sort());
  });

  test('200: page by page, each item once, also where several have the same instant', async () => {
    const whole = read(await page('timeline'), 200, timelinePage).items;
    const items = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer: Awaited<ReturnType<typeof page>> = await page(
        'timeline',
        `?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      const read1 = read(answer, 200, timelinePage);
      items.push(...read1.items);
      cursor = read1.nextCursor;
    }
    expect(items).toEqual(whole);
  });

  test('422: a cursor that is none', async () => {
    expect(fieldsOf(await page('timeline', '?cursor=WzFd'))).toEqual(['cursor']);
  });
});

describe('GET /v1/conversations/:id/decisions', () => {
  test('200: why each step was sent, or not', async () => {
    const { items } = read(await page('decisions'), 200, decisionPage);
    expect(items).toMatchObject([
      {
        step: 1,
        verdict: 'skip',
        gates: [{ gate: 'lateness', verdict: 'skip', input: { limitMs: 3_600_000 } }],
      },
    ]);
    expect(items[0]?.nextAt).toBe(made.episode?.next?.dueAt);
  });
});

test.each(['timeline', 'decisions'])('GET …/%s: 404 for no such conversation', async (name) => {
  readProblem(
    await tenant.get(`/v1/conversations/01890000-0000-7000-8000-000000000000/${name}`),
    404,
    'not_found',
  );
});
