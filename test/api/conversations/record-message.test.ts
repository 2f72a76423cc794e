import { messageAnswer } from '../../../src/contracts/http/conversation';
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
  minutesAgo,
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

const send = (id: string, body: unknown) => tenant.post(`/v1/conversations/${id}/messages`, body);
const say = async (id: string, body: object) => read(await send(id, body), 201, messageAnswer);
const reply = (id: string, text = 'Yes please!') => say(id, { direction: 'inbound', text });

describe('POST /v1/conversations/:id/messages', () => {
  test('201 stopped: an inbound word ends the episode', async () => {
    const { id } = await createConversation(tenant);
    const { message, effect, inFlight, conversation } = await reply(id);
    expect(message).toMatchObject({
      conversationId: id,
      direction: 'inbound',
      author: 'contact',
      text: 'Yes please!',
    });
    expect({ effect, inFlight }).toEqual({ effect: 'stopped', inFlight: [] });
    expect(conversation).toMatchObject({
      stage: 'engaged',
      episode: { state: 'ended', stopReason: 'replied', next: null },
    });
    expect(await readConversation(tenant, id)).toEqual(conversation);
  });

  test('201 stopped: whatever its date', async () => {
    const { id } = await createConversation(tenant);
    const { effect } = await say(id, { direction: 'inbound', text: 'Old', sentAt: hoursAgo(50) });
    expect(effect).toBe('stopped');
  });

  test('201: names the delivery that was claimed before it', async () => {
    const made = await createConversation(tenant);
    const deliveryId = await claimFirstStep(world.database, tenant.organizationId, made);
    const { inFlight } = await reply(made.id);
    expect(inFlight).toEqual([
      { deliveryId, conversationId: made.id, step: 1, claimedAt: expect.any(String) },
    ]);
  });

  test('201 none: a second inbound word', async () => {
    const { id } = await createConversation(tenant);
    await reply(id);
    expect((await reply(id, 'And one more thing')).effect).toBe('none');
  });

  test('201 started: our next word opens the next episode', async () => {
    const { id } = await createConversation(tenant);
    await reply(id);
    const { effect, conversation, message } = await say(id, {
      direction: 'outbound',
      text: 'Here.',
      author: 'bot',
    });
    expect(effect).toBe('started');
    expect(message.author).toBe('bot');
    expect(conversation).toMatchObject({ stage: 'new', episode: { number: 2, state: 'waiting' } });
  });

  test('201 reanchored: our word during an episode', async () => {
    const made = await createConversation(tenant, {
      lastMessage: { direction: 'outbound', text: 'Hi', sentAt: minutesAgo(5) },
    });
    const { effect, conversation } = await say(made.id, { direction: 'outbound', text: 'Just adding' });
    expect(effect).toBe('reanchored');
    expect(Date.parse(conversation.episode?.anchorAt ?? '')).toBeGreaterThan(
      Date.parse(made.episode?.anchorAt ?? ''),
    );
  });

  test('201 none: a late chunk of ours, dated before the reply', async () => {
    const { id } = await createConversation(tenant);
    await reply(id);
    expect((await say(id, { direction: 'outbound', text: 'Late', sentAt: minutesAgo(3) })).effect).toBe(
      'none',
    );
  });

  test.each(['STOP', ' stop. ', 'Stop!', 'Abmelden', 'DÉSABONNER'])(
    '201 opted_out: %p opts the contact out',
    async (text) => {
      const contact = someContact();
      const one = await createConversation(tenant, { contact });
      const other = await createConversation(tenant, { contact, channel: 'email' });
      const { effect, conversation } = await reply(one.id, text);
      expect(effect).toBe('opted_out');
      expect(conversation).toMatchObject({ stage: 'opted_out', contact: { optedOut: ['all'] } });
      expect(await readConversation(tenant, other.id)).toMatchObject({
        stage: 'opted_out',
        episode: { state: 'ended' },
      });
    },
  );

  test('201 stopped: a sentence with an opt-out word in it is a reply', async () => {
    const { id } = await createConversation(tenant);
    expect((await reply(id, 'Please stop by tomorrow')).effect).toBe('stopped');
  });

  test('200: a known external id answers the stored message', async () => {
    const { id } = await createConversation(tenant);
    const word = { direction: 'inbound', text: 'Yes', externalId: 'sms-1' };
    const first = await say(id, word);
    const again = read(await send(id, { ...word, text: 'No' }), 200, messageAnswer);
    expect(again.message).toEqual(first.message);
    expect(again.effect).toBe('none');
  });

  test('twenty replies at once: one stops, the others find it stopped', async () => {
    const { id } = await createConversation(tenant);
    const effects = await Promise.all(Array.from({ length: 20 }, async () => (await reply(id)).effect));
    expect(effects.filter((effect) => effect === 'stopped')).toHaveLength(1);
    expect(effects.filter((effect) => effect === 'none')).toHaveLength(19);
  });

  test('404: no such conversation', async () => {
    readProblem(
      await send('01890000-0000-7000-8000-000000000000', { direction: 'inbound', text: 'Hi' }),
      404,
      'not_found',
    );
  });

  test.each([
    ['text', { direction: 'inbound' }],
    ['text', { direction: 'inbound', text: null }],
    ['text', { direction: 'inbound', text: 'x'.repeat(20_001) }],
    ['text', { direction: 'inbound', text: 'a NUL \u0000 in it' }],
    ['text', { direction: 'inbound', text: 'half an emoji \ud83d' }],
    ['direction', { text: 'Hi' }],
    ['direction', { direction: 'sideways', text: 'Hi' }],
    ['author', { direction: 'outbound', text: 'Hi', author: 'contact' }],
    ['sentAt', { direction: 'inbound', text: 'Hi', sentAt: minutesAgo(-6) }],
    ['sentAt', { direction: 'inbound', text: 'Hi', sentAt: '9999-01-01T00:00:00Z' }],
    ['externalId', { direction: 'inbound', text: 'Hi', externalId: 7 }],
    ['channel', { direction: 'inbound', text: 'Hi', channel: 'sms' }],
  ])('422 names %s', async (path, body) => {
    const { id } = await createConversation(tenant);
    expect(fieldsOf(await send(id, body))).toEqual([path]);
    expect(await readConversation(tenant, id)).toMatchObject({ stage: 'new' });
  });

  test('measures the time from a reply to its stop', async () => {
    const { id } = await createConversation(tenant);
    await reply(id);
    const { text } = await world.call('GET', '/metrics');
    expect(Number(/followthrough_reply_to_stop_seconds_count (\d+)/.exec(text)?.[1])).toBeGreaterThan(0);
  });
});
