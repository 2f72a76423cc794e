import { stopConversation, type StopInput } from '../../src/services/conversation/stop-conversation';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { testsAtOnce } from '../support/tests-at-once';

let world: EngineWorld;
beforeAll(async () => {
  world = await createEngineWorld();
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const stop = (thread: EpisodeThread, reason: StopInput['reason']) =>
  world.verb(thread.conversation.organizationId, (ctx) =>
    stopConversation(ctx, thread.conversation.id, { reason }),
  );

/** A conversation whose first `nudges` steps were sent. */
async function after(nudges: number): Promise<EpisodeThread> {
  const thread = await world.create(await world.seed());
  for (let step = 1; step <= nudges; step += 1) await world.toNext(thread);
  await world.started(thread);
  return thread;
}

/** It ended as it should, the workflow with it, and no step was sent after the end. */
async function expectEnd(thread: EpisodeThread, stopReason: string, nudges: number) {
  await expect(world.result(thread)).resolves.toEqual({ stopReason });
  expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1, 2, 3].slice(0, nudges));
  expect((await world.read(thread)).episode).toMatchObject({
    state: 'ended',
    stopReason,
    nudgesSent: nudges,
  });
}

const repliesBefore = (what: string, nudges: number) => ({
  [`a reply before ${what} ends the episode after ${nudges} nudges`]: async () => {
    const thread = await after(nudges);
    expect((await world.say(thread)).effect).toBe('stopped');
    await expectEnd(thread, 'replied', nudges);
    expect((await world.read(thread)).conversation.stage).toBe('engaged');
  },
});

const stopsBy = (reason: StopInput['reason'], stage: string, nudges: number) => ({
  [`${reason} after ${nudges} nudges ends the episode, stage ${stage}`]: async () => {
    const thread = await after(nudges);
    expect((await stop(thread, reason)).effect).toBe('stopped');
    await expectEnd(thread, reason, nudges);
    expect((await world.read(thread)).conversation.stage).toBe(stage);
  },
});

testsAtOnce({
  ...repliesBefore('the first step', 0),
  ...repliesBefore('the second step', 1),
  ...repliesBefore('the third step', 2),
  ...repliesBefore('ghosting', 3),
  ...stopsBy('handed_off', 'handed_off', 1),
  ...stopsBy('closed_won', 'won', 0),
  ...stopsBy('closed_lost', 'lost', 2),
  ...stopsBy('cancelled', 'followup_10m', 1),
  ...stopsBy('opted_out', 'opted_out', 0),

  'STOP ends every conversation of the contact, and their workflows': async () => {
    const organizationId = await world.seed();
    const contact = { externalId: 'c-stop', email: 'stop@example.com' };
    const threads = [
      await world.create(organizationId, { contact }),
      await world.create(organizationId, { contact, channel: 'email' }),
    ] as const;
    await Promise.all(threads.map((thread) => world.started(thread)));
    expect((await world.say(threads[0], { text: 'STOP' })).effect).toBe('opted_out');
    for (const thread of threads)
      await expect(world.result(thread)).resolves.toEqual({ stopReason: 'opted_out' });
    expect(world.email.stepsOf(threads[1].conversation.id)).toEqual([]);
  },

  'our next word after an answer is an episode and a workflow of its own': async () => {
    const first = await after(1);
    await world.say(first);
    const word = await world.say(first, { direction: 'outbound', text: 'Great, one more question' });
    expect(word.effect).toBe('started');
    const second = await world.read(first);
    expect(second.episode.number).toBe(2);
    await world.toNext(second);
    expect(
      world.webhook.callsOf(first.conversation.id).map(({ nudge }) => [nudge.episode, nudge.step]),
    ).toEqual([
      [1, 1],
      [2, 1],
    ]);
    await expect(world.result(first)).resolves.toEqual({ stopReason: 'replied' });
    expect((await world.handle(second).describe()).status.name).toBe('RUNNING');
  },

  'an answer after ghosting makes it replied, and our next word begins anew': async () => {
    const thread = await after(3);
    await world.toNext(thread);
    expect((await world.read(thread)).conversation.stage).toBe('ghosted');
    expect((await world.say(thread)).effect).toBe('stopped');
    expect((await world.read(thread)).conversation).toMatchObject({
      stage: 'engaged',
      stopReason: 'replied',
    });
    expect((await world.say(thread, { direction: 'outbound', text: 'Welcome back' })).effect).toBe('started');
    await world.toNext(thread);
    expect(world.webhook.callsOf(thread.conversation.id).at(-1)?.nudge).toMatchObject({
      episode: 2,
      step: 1,
    });
  },
});
