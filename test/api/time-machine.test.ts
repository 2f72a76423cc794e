import { fastForwardAnswer } from '../../src/contracts/http/time-machine';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../support/api-world';
import { createConversation, readConversation, type Conversation } from '../support/conversation-requests';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { timelinePage } from '../../src/contracts/http/timeline';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let engine: EngineWorld;
let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  engine = await createEngineWorld();
  world = await createApiWorld({
    DATABASE_URL: engine.databaseUrl,
    TASK_QUEUE: engine.taskQueue,
    TIME_MACHINE: 'true',
    START_RATE: '1000',
  });
  tenant = await world.tenant();
}, 60_000);
afterAll(async () => {
  await world.close();
  await engine.close();
});

const post = (body: object, who = tenant) => who.post('/v1/time-machine/fast-forward', body);
const move = async (body: object, who = tenant) => read(await post(body, who), 200, fastForwardAnswer).items;

async function moveOne(body: object) {
  const [item, ...others] = await move(body);
  expect(others).toEqual([]);
  if (!item) throw new Error('nothing moved');
  return item;
}

/** Milliseconds from the opening of the episode to each of its nudges, by the conversation's clock. */
async function nudgeTimes({ id, episode }: Conversation): Promise<number[]> {
  const { items } = read(await tenant.get(`/v1/conversations/${id}/timeline?limit=200`), 200, timelinePage);
  const opened = Date.parse(episode?.openedAt ?? '');
  return items.filter(({ type }) => type === 'nudge').map(({ at }) => Date.parse(at) - opened);
}

describe('POST /v1/time-machine/fast-forward', () => {
  test('to what comes next, again and again, through the whole life', async () => {
    const made = await createConversation(tenant);
    const stages = [];
    for (let i = 0; i < 4; i += 1) {
      const item = await moveOne({ conversationId: made.id, to: 'next' });
      expect(item).toMatchObject({ conversationId: made.id, settled: true });
      stages.push(item.stage);
    }
    expect(stages).toEqual(['followup_10m', 'followup_3h', 'followup_6h', 'ghosted']);
    expect(engine.webhook.stepsOf(made.id)).toEqual([1, 2, 3]);
    readProblem(await post({ conversationId: made.id, to: 'next' }), 409, 'conflict');
  });

  test('a jump over several steps lets each happen at its own time', async () => {
    const made = await createConversation(tenant);
    const item = await moveOne({ conversationId: made.id, by: '31h' });
    expect(item).toMatchObject({
      stage: 'ghosted',
      settled: true,
      conversation: { episode: { nudgesSent: 3 } },
    });
    const times = await nudgeTimes(made);
    [10 * MINUTE, 3 * HOUR, 6 * HOUR].forEach((planned, i) => {
      expect((times[i] ?? 0) - planned).toBeGreaterThanOrEqual(0);
      expect((times[i] ?? 0) - planned).toBeLessThan(5_000);
    });
    expect(Date.parse(item.now) - Date.parse(made.createdAt) - 31 * HOUR).toBeLessThan(20_000);
  });

  test('a jump that reaches nothing sends nothing, and the clock has moved by it', async () => {
    const made = await createConversation(tenant);
    const before = Date.now();
    const item = await moveOne({ conversationId: made.id, by: '9m' });
    const moved = Date.parse(item.now) - before;
    expect(moved).toBeGreaterThan(9 * MINUTE - 100);
    expect(moved).toBeLessThan(9 * MINUTE + 10_000);
    expect(item.conversation.episode?.next).toEqual(made.episode?.next);
    expect(engine.webhook.stepsOf(made.id)).toEqual([]);
  });

  test('a reply after the jump stops it, and the next episode goes on from the new time', async () => {
    const { id } = await createConversation(tenant);
    const { now } = await moveOne({ conversationId: id, by: '4h' });
    await tenant.post(`/v1/conversations/${id}/messages`, { direction: 'inbound', text: 'Yes' });
    const stopped = await moveOne({ conversationId: id, by: '48h' });
    expect(stopped).toMatchObject({ stage: 'engaged', settled: true });
    expect(Date.parse(stopped.now) - Date.parse(now)).toBeGreaterThanOrEqual(48 * HOUR);
    await tenant.post(`/v1/conversations/${id}/messages`, { direction: 'outbound', text: 'Great' });
    expect(await moveOne({ conversationId: id, to: 'next' })).toMatchObject({ stage: 'followup_10m' });
    expect(engine.webhook.stepsOf(id)).toEqual([1, 2, 1]);
  });

  test('a pause that ends on the way gives back what was left', async () => {
    const { id } = await createConversation(tenant);
    const until = new Date(Date.now() + 2 * HOUR).toISOString();
    await tenant.post(`/v1/conversations/${id}/pause`, { until });
    expect(await moveOne({ conversationId: id, by: '1h' })).toMatchObject({
      conversation: { episode: { state: 'paused' } },
    });
    const item = await moveOne({ conversationId: id, by: '70m' });
    expect(item).toMatchObject({ stage: 'followup_10m', settled: true });
  });

  test('every waiting conversation of the organization, and of no other', async () => {
    const [crowd, others] = [await world.tenant(), await world.tenant()];
    const made = [];
    for (let i = 0; i < 12; i += 1) made.push(await createConversation(crowd));
    const answered = await createConversation(crowd);
    await crowd.post(`/v1/conversations/${answered.id}/messages`, { direction: 'inbound', text: 'Yes' });
    const stranger = await createConversation(others);
    const items = await move({ by: '11m' }, crowd);
    expect(items.map(({ conversationId }) => conversationId)).toEqual(made.map(({ id }) => id));
    expect(new Set(items.map(({ stage }) => stage))).toEqual(new Set(['followup_10m']));
    expect(await readConversation(others, stranger.id)).toEqual(stranger);
    expect(await readConversation(crowd, answered.id)).toMatchObject({ stage: 'engaged' });
  });

  test('404: a conversation of somebody else, and an unknown one', async () => {
    const stranger = await createConversation(await world.tenant());
    const foreign = await post({ conversationId: stranger.id, by: '1h' });
    const unknown = await post({ conversationId: '01890000-0000-7000-8000-000000000000', by: '1h' });
    expect(readProblem(foreign, 404, 'not_found').detail).toBe(readProblem(unknown, 404, 'not_found').detail);
  });

  test.each([
    {},
    { to: 'next' },
    { by: 'soon' },
    { by: '-1h' },
    { by: '400d' },
    { conversationId: 'x', by: '1h' },
    { conversationId: '01890000-0000-7000-8000-000000000000' },
    { conversationId: '01890000-0000-7000-8000-000000000000', by: '1h', to: 'next' },
  ])('422: %p', async (body) => {
    fieldsOf(await post(body));
  });

  test('with an Idempotency-Key time moves once', async () => {
    const { id } = await createConversation(tenant);
    const jump = () =>
      tenant.post(
        '/v1/time-machine/fast-forward',
        { conversationId: id, by: '5m' },
        { 'idempotency-key': 'jump' },
      );
    const first = await jump();
    const second = await jump();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.text).toBe(first.text);
    expect(await readConversation(tenant, id)).toMatchObject({ stage: 'new' });
  });
});

test('404 where it is not switched on', async () => {
  const plain = await createApiWorld();
  try {
    readProblem(await post({ by: '1h' }, await plain.tenant()), 404, 'not_found');
  } finally {
    await plain.close();
  }
});
