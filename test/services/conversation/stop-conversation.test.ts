import { stageChanges } from '../../../src/db/schema';
import { STOP_REASONS, type StopReason } from '../../../src/domain/conversation';
import { endEpisode } from '../../../src/services/conversation/end-episode';
import { reopenConversation } from '../../../src/services/conversation/reopen-conversation';
import { stopConversation, type StopInput } from '../../../src/services/conversation/stop-conversation';
import { lockThread, type Thread } from '../../../src/services/conversation/thread';
import { createVerbWorld, person, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

const REASONS = ['opted_out', 'handed_off', 'closed_won', 'closed_lost', 'cancelled'] as const;
const STAGE = {
  opted_out: 'opted_out',
  handed_off: 'handed_off',
  closed_won: 'won',
  closed_lost: 'lost',
} as const;
const stop = (thread: Thread, reason: StopInput['reason'], note?: string) =>
  world.verb(organizationId, (ctx) => stopConversation(ctx, thread.conversation.id, { reason, note }));
const end = (thread: Thread, reason: StopReason) =>
  world.verb(organizationId, async (ctx) =>
    endEpisode(ctx, await lockThread(ctx, thread.conversation.id), reason),
  );

test.each(REASONS)('%s ends a running episode', async (reason) => {
  const thread = await world.create(organizationId);
  expect((await stop(thread, reason)).effect).toBe('stopped');
  const { conversation, episode } = await world.read(thread);
  expect(episode).toMatchObject({ state: 'ended', stopReason: reason, nextDueAt: null });
  expect(conversation).toMatchObject({
    stopReason: reason,
    stage: reason === 'cancelled' ? 'new' : STAGE[reason],
  });
});

const pairs = STOP_REASONS.flatMap((standing) => REASONS.map((reason) => ({ standing, reason })));
test.each(pairs)('$reason after $standing: only a stronger reason replaces', async ({ standing, reason }) => {
  const thread = await world.create(organizationId);
  await end(thread, standing);
  const before = await world.read(thread);
  const stronger = STOP_REASONS.indexOf(reason) < STOP_REASONS.indexOf(standing);
  expect((await stop(thread, reason)).effect).toBe(stronger ? 'stopped' : 'none');
  const after = await world.read(thread);
  if (!stronger) expect(after.conversation).toEqual(before.conversation);
  expect(after.conversation.stopReason).toBe(stronger ? reason : standing);
  expect(after.episode.stopReason).toBe(stronger ? reason : standing);
});

test.each(REASONS)('%s works before a first episode too, and holds what it holds', async (reason) => {
  const thread = await world.open(organizationId, { lastMessage: null });
  expect((await stop(thread, reason)).effect).toBe('stopped');
  const word = await world.say(thread, { direction: 'outbound', text: 'Hello' });
  expect(word.effect).toBe(reason === 'cancelled' ? 'started' : 'none');
});

test('a stop names what is in flight', async () => {
  const thread = await world.create(organizationId);
  await world.claim(await world.askWhenDue(thread));
  const { effect, inFlight } = await stop(thread, 'closed_won');
  expect(effect).toBe('stopped');
  expect(inFlight).toMatchObject([{ conversationId: thread.conversation.id, step: 1 }]);
});

test('the note of a stop is on the timeline', async () => {
  const thread = await world.create(organizationId);
  await stop(thread, 'closed_lost', 'bought elsewhere');
  const rows = await world.verb(organizationId, ({ tx }) => tx.select().from(stageChanges));
  expect(rows.at(-1)).toMatchObject({ reason: 'closed_lost', note: 'bought elsewhere', toStage: 'lost' });
});

test("opted_out is the contact's: every conversation of theirs ends, and theirs only", async () => {
  const contact = { ...person(), phone: '+442079460000' };
  const own = await world.create(organizationId, { contact });
  const other = await world.create(organizationId, { contact, channel: 'email' });
  const stranger = await world.create(organizationId);
  await stop(own, 'opted_out');
  expect((await world.read(other)).conversation).toMatchObject({
    stage: 'opted_out',
    stopReason: 'opted_out',
  });
  expect((await world.read(own)).contact.optOuts).toEqual(['all']);
  expect((await world.read(stranger)).episode.state).toBe('waiting');
});

describe('reopen', () => {
  const reopen = (thread: Thread) =>
    world.verb(organizationId, (ctx) => reopenConversation(ctx, thread.conversation.id));

  test.each(['handed_off', 'closed_won', 'closed_lost'] as const)(
    'ends %s; our next word starts an episode',
    async (reason) => {
      const thread = await world.create(organizationId);
      await stop(thread, reason);
      expect((await reopen(thread)).conversation).toMatchObject({ stage: 'engaged', stopReason: null });
      expect((await world.say(thread, { direction: 'outbound', text: 'Hi again' })).effect).toBe('started');
    },
  );

  test('leaves the reason of the episode that is over: a weaker one does not replace it', async () => {
    const thread = await world.create(organizationId);
    await stop(thread, 'handed_off');
    await reopen(thread);
    expect((await stop(thread, 'cancelled')).effect).toBe('stopped');
    const { conversation, episode } = await world.read(thread);
    expect([conversation.stopReason, episode.stopReason]).toEqual(['cancelled', 'handed_off']);
  });

  test.each([
    ['after an opt-out', 'opted_out'],
    ['after a reply', 'replied'],
    ['after ghosting', 'ghosted'],
    ['after a cancellation', 'cancelled'],
  ] as const)('%s is a conflict', async (_, reason) => {
    const thread = await world.create(organizationId);
    await end(thread, reason);
    await expect(reopen(thread)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('while an episode runs is a conflict', async () => {
    await expect(reopen(await world.create(organizationId))).rejects.toMatchObject({ code: 'conflict' });
  });
});
