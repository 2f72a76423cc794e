import { stopAnswer } from '../../../src/contracts/http/conversation';
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
  readConversation,
  someContact,
} from '../../support/conversation-requests';

let world: ApiWorld;
let tenant: Tenant;

beforeAll(async () => {
  world = await createApiWorld();
  tenant = await world.tenant();
});
afterAll(() => world.close());

const stop = async (id: string, body: object) =>
  read(await tenant.post(`/v1/conversations/${id}/stop`, body), 200, stopAnswer);

describe('POST /v1/conversations/:id/stop', () => {
  test.each([
    ['handed_off', 'handed_off'],
    ['closed_won', 'won'],
    ['closed_lost', 'lost'],
    ['opted_out', 'opted_out'],
    ['cancelled', 'new'],
  ])('200: %s leads to the stage %s', async (reason, stage) => {
    const { id } = await createConversation(tenant);
    const { effect, conversation } = await stop(id, { reason });
    expect(effect).toBe('stopped');
    expect(conversation).toMatchObject({
      stage,
      episode: { state: 'ended', stopReason: reason, next: null },
    });
    expect(await readConversation(tenant, id)).toEqual(conversation);
  });

  test('200: a stronger reason replaces a weaker one, a weaker one changes nothing', async () => {
    const { id } = await createConversation(tenant);
    expect((await stop(id, { reason: 'closed_lost' })).effect).toBe('stopped');
    expect((await stop(id, { reason: 'cancelled' })).effect).toBe('none');
    expect((await stop(id, { reason: 'closed_won' })).conversation.stage).toBe('won');
    expect((await stop(id, { reason: 'closed_won' })).effect).toBe('none');
    expect((await stop(id, { reason: 'handed_off' })).conversation.stage).toBe('handed_off');
  });

  test('200: works before a first episode', async () => {
    const { id } = await createConversation(tenant, { lastMessage: { direction: 'inbound', text: 'Hi' } });
    expect((await stop(id, { reason: 'handed_off' })).conversation).toMatchObject({
      stage: 'handed_off',
      episode: null,
    });
  });

  test('200: opted_out is the contact on all channels', async () => {
    const contact = someContact();
    const one = await createConversation(tenant, { contact });
    const other = await createConversation(tenant, { contact, channel: 'email' });
    await stop(one.id, { reason: 'opted_out' });
    expect(await readConversation(tenant, other.id)).toMatchObject({
      stage: 'opted_out',
      contact: { optedOut: ['all'] },
    });
  });

  test('200: names the delivery that was claimed before it', async () => {
    const made = await createConversation(tenant);
    const deliveryId = await claimFirstStep(world.database, tenant.organizationId, made);
    expect((await stop(made.id, { reason: 'closed_won' })).inFlight).toMatchObject([{ deliveryId, step: 1 }]);
  });

  test('404: no such conversation', async () => {
    const answer = await tenant.post('/v1/conversations/01890000-0000-7000-8000-000000000000/stop', {
      reason: 'cancelled',
    });
    readProblem(answer, 404, 'not_found');
  });

  test.each([
    ['reason', {}],
    ['reason', { reason: 'replied' }],
    ['reason', { reason: 'ghosted' }],
    ['note', { reason: 'cancelled', note: 'x'.repeat(1_001) }],
    ['why', { reason: 'cancelled', why: 'because' }],
  ])('422 names %s', async (path, body) => {
    const { id } = await createConversation(tenant);
    expect(fieldsOf(await tenant.post(`/v1/conversations/${id}/stop`, body))).toEqual([path]);
  });
});
