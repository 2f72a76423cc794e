import { contacts } from '../../../src/db/schema';
import { optInContact } from '../../../src/services/contact/opt-in-contact';
import { optOutContact, type OptOutScope } from '../../../src/services/contact/opt-out-contact';
import { stopConversation } from '../../../src/services/conversation/stop-conversation';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import { createVerbWorld, MINUTE_MS, person, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

/** One contact with a conversation on each channel. */
async function onBothChannels(): Promise<[EpisodeThread, EpisodeThread]> {
  const contact = person();
  return [
    await world.create(organizationId, { contact, channel: 'webhook' }),
    await world.create(organizationId, { contact, channel: 'email' }),
  ];
}
const optOut = (thread: EpisodeThread, scope: OptOutScope) =>
  world.verb(organizationId, (ctx) => optOutContact(ctx, thread.contact.id, scope));
const optIn = (thread: EpisodeThread, scope: OptOutScope) =>
  world.verb(organizationId, (ctx) => optInContact(ctx, thread.contact.id, scope));
const stages = async (threads: EpisodeThread[]) =>
  Promise.all(threads.map(async (thread) => (await world.read(thread)).conversation.stage));

test.each(['STOP', ' stop. ', 'Unsubscribe!', 'Désinscription', 'ＳＴＯＰ', 'BAJA', 'stop stop'])(
  'the word "%s" opts the contact out in every conversation, in the same transaction',
  async (text) => {
    const threads = await onBothChannels();
    const { effect, thread } = await world.say(threads[0], { text });
    expect(effect).toBe('opted_out');
    expect(thread.contact.optOuts).toEqual(['all']);
    expect(await stages(threads)).toEqual(['opted_out', 'opted_out']);
    expect((await world.read(threads[1])).episode).toMatchObject({ state: 'ended', stopReason: 'opted_out' });
  },
);

test.each(['Please stop by tomorrow', 'Can we end the call at six?', 'I will not quit'])(
  'the sentence "%s" is an answer, not an opt-out',
  async (text) => {
    const threads = await onBothChannels();
    expect((await world.say(threads[0], { text })).effect).toBe('stopped');
    expect(await stages(threads)).toEqual(['engaged', 'new']);
  },
);

test('an opt-out word of ours opts nobody out', async () => {
  const thread = await world.create(organizationId);
  world.clock.advance(MINUTE_MS);
  expect((await world.say(thread, { direction: 'outbound', text: 'STOP' })).effect).toBe('reanchored');
});

test.each(['engaged', 'handed off', 'won', 'ghosted'])(
  'an opt-out reaches a conversation that is %s',
  async (state) => {
    const contact = person();
    const running = await world.create(organizationId, { contact });
    const lastMessage =
      state === 'ghosted'
        ? { direction: 'outbound' as const, text: 'x', sentAt: new Date('2026-01-01') }
        : null;
    const other = await world.open(organizationId, { contact, lastMessage });
    const reason = state === 'handed off' ? 'handed_off' : 'closed_won';
    if (state === 'handed off' || state === 'won') {
      await world.verb(organizationId, (ctx) => stopConversation(ctx, other.conversation.id, { reason }));
    }
    await world.say(running, { text: 'STOP' });
    expect((await world.readAny(other)).conversation).toMatchObject({
      stage: 'opted_out',
      stopReason: 'opted_out',
    });
  },
);

test('a second opt-out word is heard and changes nothing', async () => {
  const [thread] = await onBothChannels();
  await world.say(thread, { text: 'STOP' });
  expect((await world.say(thread, { text: 'STOP' })).effect).toBe('none');
  expect((await world.read(thread)).contact.optOuts).toEqual(['all']);
});

test('an opt-out names what is in flight in any conversation of the contact', async () => {
  const threads = await onBothChannels();
  await world.claim(await world.askWhenDue(threads[1]));
  const { inFlight } = await world.say(threads[0], { text: 'STOP' });
  expect(inFlight).toMatchObject([{ conversationId: threads[1].conversation.id }]);
});

test.each([
  ['all', ['opted_out', 'opted_out']],
  ['email', ['new', 'opted_out']],
  ['webhook', ['opted_out', 'new']],
] as const)('an opt-out of %s ends what it covers, and only that', async (scope, expected) => {
  const threads = await onBothChannels();
  const { contact } = await optOut(threads[0], scope);
  expect(contact.optOuts).toEqual([scope]);
  expect(await stages(threads)).toEqual(expected);
});

test('opting out twice is once', async () => {
  const [thread] = await onBothChannels();
  await optOut(thread, 'email');
  const before = await world.read(thread);
  const { contact } = await optOut(thread, 'email');
  expect(contact.optOuts).toEqual(['email']);
  expect((await world.read(thread)).conversation).toEqual(before.conversation);
});

describe('opting in again', () => {
  test('starts nothing by itself: conversations are engaged and wait for our word', async () => {
    const threads = await onBothChannels();
    await optOut(threads[0], 'all');
    expect((await optIn(threads[0], 'all')).optOuts).toEqual([]);
    expect(await stages(threads)).toEqual(['engaged', 'engaged']);
    expect((await world.read(threads[0])).episode.state).toBe('ended');
    expect((await world.say(threads[0], { direction: 'outbound', text: 'Welcome back' })).effect).toBe(
      'started',
    );
  });

  test('to one channel leaves the others closed', async () => {
    const threads = await onBothChannels();
    await optOut(threads[0], 'all');
    expect((await optIn(threads[0], 'email')).optOuts).toEqual(['webhook']);
    expect(await stages(threads)).toEqual(['opted_out', 'engaged']);
  });
});

test('an unknown contact is not_found', async () => {
  const wanting = world.verb(organizationId, (ctx) =>
    optOutContact(ctx, '01890000-0000-7000-8000-000000000000', 'all'),
  );
  await expect(wanting).rejects.toMatchObject({ code: 'not_found' });
  expect(await world.verb(organizationId, ({ tx }) => tx.$count(contacts))).toBe(0);
});
