import { conversationOut } from '../../../src/contracts/http/conversation';
import {
  createApiWorld,
  fieldsOf,
  read,
  readProblem,
  type ApiWorld,
  type Tenant,
} from '../../support/api-world';
import { claimFirstStep, createConversation, someContact } from '../../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const call = (id: string, name: string, body?: object) =>
  tenant.post(`/v1/conversations/${id}/${name}`, body);
const command = async (id: string, name: string, body?: object) =>
  read(await call(id, name, body), 200, conversationOut);
const stop = (id: string, reason: string) => call(id, 'stop', { reason });

describe('pause and resume', () => {
  test('a pause keeps the remaining time and a resume gives it back', async () => {
    const made = await createConversation(tenant);
    const paused = await command(made.id, 'pause');
    expect(paused.episode).toMatchObject({ state: 'paused', next: { kind: 'nudge', step: 1, dueAt: null } });
    const thirtyDays = Date.now() + 30 * 24 * 3_600_000;
    expect(Math.abs(Date.parse(paused.episode?.pausedUntil ?? '') - thirtyDays)).toBeLessThan(10_000);
    const resumed = await command(made.id, 'resume');
    expect(resumed.episode).toMatchObject({ state: 'waiting', pausedUntil: null, next: { step: 1 } });
    expect(Date.parse(resumed.episode?.next?.dueAt ?? '')).toBeGreaterThan(
      Date.parse(made.episode?.next?.dueAt ?? ''),
    );
  });

  test('200: until when', async () => {
    const { id } = await createConversation(tenant);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await command(id, 'pause', { until })).episode?.pausedUntil).toBe(until);
  });

  test('200: resuming what waits changes nothing', async () => {
    const made = await createConversation(tenant);
    expect(await command(made.id, 'resume', {})).toEqual(made);
  });

  test.each([
    ['until', { until: '2020-01-01T00:00:00Z' }],
    ['until', { until: '2190-01-01T00:00:00Z' }],
    ['until', { until: 'tomorrow' }],
    ['for', { for: '2h' }],
  ])('422 names %s', async (path, body) => {
    const { id } = await createConversation(tenant);
    expect(fieldsOf(await call(id, 'pause', body))).toEqual([path]);
  });
});

describe('reopen', () => {
  test.each(['handed_off', 'closed_won', 'closed_lost'])(
    '200: ends %s, and our next word starts an episode',
    async (reason) => {
      const { id } = await createConversation(tenant);
      await stop(id, reason);
      expect(await call(id, 'messages', { direction: 'outbound', text: 'Hi' })).toMatchObject({
        body: { effect: 'none' },
      });
      expect((await command(id, 'reopen')).stage).toBe('engaged');
      expect(await call(id, 'messages', { direction: 'outbound', text: 'Hi' })).toMatchObject({
        body: { effect: 'started' },
      });
    },
  );

  test('409 after an opt-out, and when nothing holds the conversation', async () => {
    const one = await createConversation(tenant, { contact: someContact() });
    readProblem(await call(one.id, 'reopen'), 409, 'conflict');
    await stop(one.id, 'opted_out');
    readProblem(await call(one.id, 'reopen'), 409, 'conflict');
  });
});

describe('skip-step and send-now', () => {
  test('skip-step goes on to the next step, and at last leaves only ghosting', async () => {
    const { id } = await createConversation(tenant);
    expect((await command(id, 'skip-step')).episode?.next).toMatchObject({ kind: 'nudge', step: 2 });
    expect((await command(id, 'skip-step')).episode?.next).toMatchObject({ kind: 'nudge', step: 3 });
    expect((await command(id, 'skip-step')).episode?.next).toMatchObject({ kind: 'ghost', stage: 'ghosted' });
    readProblem(await call(id, 'skip-step'), 409, 'conflict');
    readProblem(await call(id, 'send-now'), 409, 'conflict');
  });

  test('send-now changes only the due time', async () => {
    const made = await createConversation(tenant);
    const now = await command(made.id, 'send-now');
    expect(now).toMatchObject({
      stage: 'new',
      episode: { state: 'waiting', nudgesSent: 0, next: { step: 1 } },
    });
    expect(Date.parse(now.episode?.next?.dueAt ?? '')).toBeLessThanOrEqual(Date.now());
  });

  test.each(['skip-step', 'send-now'])(
    '%s: 409 when the step is claimed, and when it is paused',
    async (name) => {
      const claimed = await createConversation(tenant);
      await claimFirstStep(world.database, tenant.organizationId, claimed);
      readProblem(await call(claimed.id, name), 409, 'conflict');
      const paused = await createConversation(tenant);
      await command(paused.id, 'pause');
      readProblem(await call(paused.id, name), 409, 'conflict');
    },
  );
});

describe.each(['pause', 'resume', 'skip-step', 'send-now', 'reopen'])('POST …/%s', (name) => {
  test('409 without a running episode', async () => {
    const { id } = await createConversation(tenant, { lastMessage: { direction: 'inbound', text: 'Hi' } });
    readProblem(await call(id, name), 409, 'conflict');
  });

  test('404: no such conversation, and an id that cannot be one', async () => {
    readProblem(await call('01890000-0000-7000-8000-000000000000', name), 404, 'not_found');
    readProblem(await call('not-an-id', name), 404, 'not_found');
  });

  test('422: a field it does not know', async () => {
    const { id } = await createConversation(tenant);
    expect(fieldsOf(await call(id, name, { surprise: true }))).toEqual(['surprise']);
  });
});
