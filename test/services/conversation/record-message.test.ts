import { deliveries, messages, outbox } from '../../../src/db/schema';
import type { StopReason } from '../../../src/domain/conversation';
import { endEpisode } from '../../../src/services/conversation/end-episode';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { lockThread, type EpisodeThread } from '../../../src/services/conversation/thread';
import { BUSY, createVerbWorld, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

const from = (at: Date, byMs: number) => new Date(at.getTime() + byMs);
const end = (thread: EpisodeThread, reason: StopReason) =>
  world.verb(organizationId, async (ctx) =>
    endEpisode(ctx, await lockThread(ctx, thread.conversation.id), reason),
  );
const outboxRows = () => world.verb(organizationId, ({ tx }) => tx.select().from(outbox));

describe('an inbound word', () => {
  test('ends the episode and raises the fence in the same transaction, and the workflow is told', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(MINUTE_MS);
    const { effect, inFlight } = await world.say(thread, {});
    const { conversation, episode } = await world.read(thread);
    expect({ effect, inFlight }).toEqual({ effect: 'stopped', inFlight: [] });
    expect(conversation).toMatchObject({ stage: 'engaged', stopReason: 'replied' });
    expect(conversation.fence).toBeGreaterThan(thread.conversation.fence);
    expect(episode).toMatchObject({ state: 'ended', stopReason: 'replied', nextKind: null, nextDueAt: null });
    expect(episode.endedAt).toEqual(world.clock.now());
    expect(await outboxRows()).toMatchObject([{ revision: conversation.fence, lane: 0 }]);
  });

  test('ends a paused episode too', async () => {
    const thread = await world.create(organizationId);
    await world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));
    expect((await world.say(thread, {})).effect).toBe('stopped');
    expect((await world.read(thread)).episode).toMatchObject({
      state: 'ended',
      remainingMs: null,
      pausedUntil: null,
    });
  });

  test('stops whatever its date, even one of last year', async () => {
    const thread = await world.create(organizationId);
    const sentAt = from(world.clock.now(), -300 * 24 * HOUR_MS);
    expect((await world.say(thread, { sentAt })).effect).toBe('stopped');
  });

  const standing: [StopReason, string, string, StopReason][] = [
    ['replied', 'none', 'engaged', 'replied'],
    ['ghosted', 'stopped', 'engaged', 'replied'],
    ['cancelled', 'stopped', 'engaged', 'replied'],
    ['handed_off', 'none', 'handed_off', 'handed_off'],
    ['closed_won', 'none', 'won', 'closed_won'],
    ['closed_lost', 'none', 'lost', 'closed_lost'],
    ['opted_out', 'none', 'opted_out', 'opted_out'],
  ];
  test.each(standing)('after %s: effect %s, stage %s', async (reason, effect, stage, reasonAfter) => {
    const thread = await world.create(organizationId);
    await end(thread, reason);
    const before = await world.read(thread);
    expect((await world.say(thread, {})).effect).toBe(effect);
    const after = await world.read(thread);
    expect(after.conversation).toMatchObject({ stage, stopReason: reasonAfter });
    expect(after.conversation.fence).toBeGreaterThan(before.conversation.fence);
    expect(after.episode.stopReason).toBe(reasonAfter);
  });

  test('before a first episode changes nothing but is remembered', async () => {
    const thread = await world.open(organizationId, { lastMessage: null });
    const { effect } = await world.say(thread, {});
    const { conversation } = await world.readAny(thread);
    expect(effect).toBe('none');
    expect(conversation).toMatchObject({ stage: 'engaged', lastInboundAt: world.clock.now() });
  });
});

describe('an outbound word', () => {
  const outbound = { direction: 'outbound' as const, text: 'Any news?' };

  test.each(['replied', 'ghosted', 'cancelled'] as const)(
    'after %s opens the next episode',
    async (reason) => {
      const thread = await world.create(organizationId);
      world.clock.advance(MINUTE_MS);
      await end(thread, reason);
      world.clock.advance(MINUTE_MS);
      expect((await world.say(thread, outbound)).effect).toBe('started');
      const { conversation, episode } = await world.read(thread);
      expect(conversation).toMatchObject({ episode: 2, stage: 'new', stopReason: null });
      expect(episode).toMatchObject({
        number: 2,
        state: 'waiting',
        nextStep: 1,
        anchorAt: world.clock.now(),
      });
    },
  );

  test.each(['handed_off', 'closed_won', 'closed_lost', 'opted_out'] as const)(
    'after %s is stored and arms nothing',
    async (reason) => {
      const thread = await world.create(organizationId);
      await end(thread, reason);
      world.clock.advance(MINUTE_MS);
      expect((await world.say(thread, outbound)).effect).toBe('none');
      expect((await world.read(thread)).conversation).toMatchObject({ episode: 1, stopReason: reason });
    },
  );

  test('in a conversation without an episode opens the first', async () => {
    const thread = await world.open(organizationId, { lastMessage: null });
    expect((await world.say(thread, outbound)).effect).toBe('started');
    expect((await world.read(thread)).episode).toMatchObject({ number: 1, nextStep: 1 });
  });

  test('during an episode moves the anchor: the ladder goes on from there', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(4 * MINUTE_MS);
    expect((await world.say(thread, outbound)).effect).toBe('reanchored');
    const { conversation, episode } = await world.read(thread);
    expect(conversation.fence).toBeGreaterThan(thread.conversation.fence);
    expect(episode).toMatchObject({
      number: 1,
      nextStep: 1,
      nextDueAt: from(world.clock.now(), 10 * MINUTE_MS),
    });
  });

  test('between two nudges the next one is due its gap after our word, not after the nudge', async () => {
    const thread = await world.create(organizationId);
    await world.send(thread);
    world.clock.advance(HOUR_MS);
    await world.say(thread, outbound);
    expect((await world.read(thread)).episode).toMatchObject({
      nextStep: 2,
      nextDueAt: from(world.clock.now(), 170 * MINUTE_MS),
    });
  });

  test('during a pause leaves it paused, with the new time left', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(4 * MINUTE_MS);
    await world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));
    world.clock.advance(HOUR_MS);
    expect((await world.say(thread, outbound)).effect).toBe('reanchored');
    expect((await world.read(thread)).episode).toMatchObject({
      state: 'paused',
      remainingMs: 10 * MINUTE_MS,
      nextDueAt: null,
    });
  });

  test('older than the anchor that stands is a late chunk: no effect, fence unmoved', async () => {
    const thread = await world.create(organizationId);
    const sentAt = from(world.clock.now(), -MINUTE_MS);
    expect((await world.say(thread, { ...outbound, sentAt })).effect).toBe('none');
    expect((await world.read(thread)).conversation.fence).toBe(thread.conversation.fence);
  });

  test('dated before the word that stopped the episode is a late chunk and opens nothing', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(5 * MINUTE_MS);
    await world.say(thread, {});
    const sentAt = from(world.clock.now(), -1);
    world.clock.advance(MINUTE_MS);
    expect((await world.say(thread, { ...outbound, sentAt })).effect).toBe('none');
    expect((await world.read(thread)).conversation).toMatchObject({ episode: 1, stage: 'engaged' });
  });

  test('dated after the word that stopped the episode opens the next, though it comes late', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(5 * MINUTE_MS);
    await world.say(thread, { sentAt: from(world.clock.now(), -2 * MINUTE_MS) });
    const sentAt = from(world.clock.now(), -MINUTE_MS);
    world.clock.advance(MINUTE_MS);
    expect((await world.say(thread, { ...outbound, sentAt })).effect).toBe('started');
    expect((await world.read(thread)).episode.anchorAt).toEqual(sentAt);
  });

  test('is not held back by an inbound word that claims to come from the future', async () => {
    const thread = await world.create(organizationId);
    await world.say(thread, { sentAt: from(world.clock.now(), 4 * MINUTE_MS) });
    world.clock.advance(MINUTE_MS);
    expect((await world.say(thread, outbound)).effect).toBe('started');
  });
});

describe('a duplicate externalId', () => {
  test('answers the stored message and changes nothing', async () => {
    const thread = await world.create(organizationId);
    const first = await world.say(thread, { externalId: 'in-1', text: 'Yes' });
    await world.say(thread, { direction: 'outbound', text: 'Great' });
    const before = await world.read(thread);
    const again = await world.say(thread, { externalId: 'in-1', text: 'Yes' });
    expect(again).toMatchObject({ duplicate: true, effect: 'none', message: { id: first.message.id } });
    expect((await world.read(thread)).conversation).toEqual(before.conversation);
  });

  test('ten times at once is one message with one effect', async () => {
    const thread = await world.create(organizationId);
    const results = await Promise.all(
      Array.from({ length: 10 }, () => world.say(thread, { externalId: 'in-1' })),
    );
    expect(results.filter(({ duplicate }) => !duplicate).map(({ effect }) => effect)).toEqual(['stopped']);
    expect(await world.verb(organizationId, ({ tx }) => tx.$count(messages))).toBe(2);
  });

  test('of another conversation is another message', async () => {
    const [one, two] = [await world.create(organizationId), await world.create(organizationId)];
    await world.say(one, { externalId: 'in-1' });
    expect((await world.say(two, { externalId: 'in-1' })).effect).toBe('stopped');
  });
});

describe('what is in flight', () => {
  test('a delivery claimed before the word and not yet settled is named', async () => {
    const thread = await world.create(organizationId);
    const claim = await world.claim(await world.askWhenDue(thread));
    if (claim.kind !== 'call') throw new Error('no call');
    const { effect, inFlight } = await world.say(thread, {});
    expect(effect).toBe('stopped');
    expect(inFlight).toEqual([
      {
        deliveryId: claim.nudge.deliveryId,
        conversationId: thread.conversation.id,
        step: 1,
        claimedAt: world.clock.now(),
      },
    ]);
  });

  test('a settled one is not', async () => {
    const thread = await world.create(organizationId);
    await world.send(thread);
    expect((await world.say(thread, {})).inFlight).toEqual([]);
  });

  test('one that waits for its repeat is named until it is settled', async () => {
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    await world.claim(input);
    await world.record(input, BUSY);
    expect((await world.say(thread, {})).inFlight).toHaveLength(1);
    world.clock.advance(5_000);
    await world.claim(input);
    expect((await world.say(thread, {})).inFlight).toEqual([]);
    const [delivery] = await world.verb(organizationId, ({ tx }) => tx.select().from(deliveries));
    expect(delivery?.status).toBe('cancelled');
  });
});

test.each([
  [5 * MINUTE_MS + 1, 'sentAt'],
  [-11 * 366 * 24 * HOUR_MS, 'sentAt'],
])('a word dated %i ms from now is refused and leaves nothing', async (byMs, path) => {
  const thread = await world.create(organizationId);
  const refused = world.say(thread, { sentAt: from(world.clock.now(), byMs) });
  await expect(refused).rejects.toMatchObject({ code: 'validation_failed', errors: [{ path }] });
  expect((await world.read(thread)).episode.state).toBe('waiting');
});

test('a word in an unknown conversation is not_found', async () => {
  const { conversation } = await world.create(organizationId);
  const nowhere = { conversation: { ...conversation, id: '01890000-0000-7000-8000-000000000000' } };
  await expect(world.say(nowhere, {})).rejects.toMatchObject({ code: 'not_found' });
});
