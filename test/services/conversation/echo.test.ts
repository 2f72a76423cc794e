import { ACCEPTED, createVerbWorld, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

describe('an echo of our own nudge arms nothing', () => {
  const echo = async (
    word: (nudge: { deliveryId: string; message: string }) => object,
    afterMs = MINUTE_MS,
  ) => {
    const thread = await world.create(organizationId);
    const nudge = await world.send(thread);
    world.clock.advance(afterMs);
    const before = await world.read(thread);
    const { effect } = await world.say(thread, { direction: 'outbound', ...word(nudge) });
    const fenceMoved = (await world.read(thread)).conversation.fence !== before.conversation.fence;
    return { effect, fenceMoved };
  };
  const none = { effect: 'none', fenceMoved: false };

  test('by the id of its delivery', async () => {
    expect(await echo(({ deliveryId }) => ({ text: 'edited', externalId: deliveryId }))).toEqual(none);
  });
  test("by the provider's id", async () => {
    expect(await echo(({ deliveryId }) => ({ text: 'edited', externalId: `p-${deliveryId}` }))).toEqual(none);
  });
  test('by its words at the same time', async () => {
    expect(await echo(({ message }) => ({ text: ` ${message}\n` }))).toEqual(none);
  });
  test('its words an hour later are a word of ours', async () => {
    expect((await echo(({ message }) => ({ text: message }), HOUR_MS)).effect).toBe('reanchored');
  });
  test('other words are a word of ours', async () => {
    expect((await echo(() => ({ text: 'By the way: we close at six.' }))).effect).toBe('reanchored');
  });
  test('no words at all are a word of ours', async () => {
    expect((await echo(() => ({ text: null }))).effect).toBe('reanchored');
  });

  test('after an answer it opens no episode either', async () => {
    const thread = await world.create(organizationId);
    const nudge = await world.send(thread);
    await world.say(thread, {});
    world.clock.advance(MINUTE_MS);
    const mirrored = await world.say(thread, { direction: 'outbound', text: nudge.message });
    expect(mirrored.effect).toBe('none');
    expect((await world.read(thread)).conversation.episode).toBe(1);
  });

  test('a provider that answers an empty id makes no echo of everything', async () => {
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    await world.claim(input);
    await world.record(input, { ...ACCEPTED, providerId: '' });
    world.clock.advance(HOUR_MS);
    expect((await world.say(thread, { direction: 'outbound', text: 'Hello?' })).effect).toBe('reanchored');
  });
});
