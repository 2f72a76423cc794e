import type { EpisodeRef } from '../../../src/contracts/conversation-workflow';
import { outbox } from '../../../src/db/schema';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { resumeConversation } from '../../../src/services/conversation/resume-conversation';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import { deliverEpisode } from '../../../src/services/outbox/deliver-episode';
import { gate } from '../../support/blocked-statements';
import { scriptedEngine } from '../../support/scripted-engine';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
let engine: ReturnType<typeof scriptedEngine>;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
  engine = scriptedEngine();
});
afterAll(() => world.close());

const refOf = ({ episode }: EpisodeThread): EpisodeRef => ({
  organizationId,
  conversationId: episode.conversationId,
  episode: episode.number,
});
const deliver = (thread: EpisodeThread, mayStart = () => true) =>
  deliverEpisode({ database: world.database, engine: engine.client, mayStart }, refOf(thread));
const rows = () => world.verb(organizationId, ({ tx }) => tx.select().from(outbox));
const pause = (thread: EpisodeThread) =>
  world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));
const resume = (thread: EpisodeThread) =>
  world.verb(organizationId, (ctx) => resumeConversation(ctx, thread.conversation.id));

test('an episode whose workflow was never started is started with its snapshot, and the row goes', async () => {
  const thread = await world.create(organizationId);
  expect(await deliver(thread)).toBe('started');
  const { episode, conversation } = await world.read(thread);
  expect(episode.deliveredRevision).toBe(episode.revision);
  expect(engine.running.get(`conversation:${organizationId}:${conversation.id}:1`)).toEqual({
    revision: conversation.fence,
    state: 'waiting',
    stopReason: null,
    steps: 3,
    next: {
      kind: 'nudge',
      step: 1,
      dueAt: episode.nextDueAt?.toISOString(),
      label: 'step 1 of 3: 10m nudge',
    },
  });
  expect(await rows()).toEqual([]);
});

test('a start that must be paced leaves the row, and nobody is called', async () => {
  const thread = await world.create(organizationId);
  expect(await deliver(thread, () => false)).toBe('left');
  expect(engine.calls).toEqual([]);
  expect(await rows()).toHaveLength(1);
});

test('an episode that ended before it was started needs no workflow', async () => {
  const thread = await world.create(organizationId);
  await world.say(thread, {});
  expect(await deliver(thread, () => false)).toBe('nothing_to_do');
  expect(engine.calls).toEqual([]);
  expect(await rows()).toEqual([]);
});

test('a change of what runs is signalled, without asking for a start', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await pause(thread);
  expect(await deliver(thread, () => false)).toBe('signalled');
  expect(engine.revisionOf(refOf(thread))).toBe((await world.read(thread)).conversation.fence);
  expect(await rows()).toEqual([]);
});

test('a workflow that is lost is started again from what stands now', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await pause(thread);
  engine.lose(refOf(thread));
  expect(await deliver(thread)).toBe('started');
  expect(engine.revisionOf(refOf(thread))).toBe((await world.read(thread)).conversation.fence);
});

test('an end that finds no workflow needs none', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await world.say(thread, {});
  engine.lose(refOf(thread));
  expect(await deliver(thread)).toBe('nothing_to_do');
  expect(await rows()).toEqual([]);
});

test('a workflow that has completed while its episode waits is told as an error, and the row stays', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await pause(thread);
  engine.lose(refOf(thread));
  engine.completed.add(`conversation:${organizationId}:${thread.conversation.id}:1`);
  await expect(deliver(thread)).rejects.toThrow('has completed');
  expect(await rows()).toHaveLength(1);
});

test('repeated deliveries are harmless: one start, and the newest revision in the end', async () => {
  const thread = await world.create(organizationId);
  const results = await Promise.all(Array.from({ length: 10 }, () => deliver(thread)));
  expect(results.filter((result) => result === 'started')).toHaveLength(1);
  expect(engine.running.size).toBe(1);
  await pause(thread);
  await Promise.all(Array.from({ length: 10 }, () => deliver(thread)));
  expect(engine.revisionOf(refOf(thread))).toBe((await world.read(thread)).conversation.fence);
});

test('a lost delivery is made up for by the next one', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await pause(thread);
  engine.hooks.before = () => {
    throw new Error('14 UNAVAILABLE');
  };
  await expect(deliver(thread)).rejects.toThrow('UNAVAILABLE');
  expect(await rows()).toHaveLength(1);
  engine.hooks.before = () => undefined;
  await resume(thread);
  expect(await deliver(thread)).toBe('signalled');
  expect(engine.revisionOf(refOf(thread))).toBe((await world.read(thread)).conversation.fence);
});

test('a delivery overtaken by a newer one changes nothing, and takes no newer row away', async () => {
  const thread = await world.create(organizationId);
  await deliver(thread);
  await pause(thread);
  const door = gate();
  let held = false;
  engine.hooks.before = async () => {
    if (held) return;
    held = true;
    await door.pass();
  };
  const overtaken = deliver(thread);
  await door.reached;
  await resume(thread);
  door.open();
  await overtaken;
  expect(await rows()).toMatchObject([{ revision: (await world.read(thread)).episode.revision }]);
  await deliver(thread);
  expect(engine.revisionOf(refOf(thread))).toBe((await world.read(thread)).conversation.fence);
  expect((await world.read(thread)).episode.deliveredRevision).toBe(
    (await world.read(thread)).episode.revision,
  );
});

test('an answer while the workflow is being started reaches it: it does not sleep until its due time', async () => {
  const thread = await world.create(organizationId);
  const door = gate();
  engine.hooks.before = ({ kind }) => (kind === 'start' ? door.pass() : undefined);
  const starting = deliver(thread);
  await door.reached;
  await world.say(thread, {});
  expect(await deliver(thread)).toBe('nothing_to_do');
  door.open();
  await starting;
  expect([...engine.completed]).toEqual([`conversation:${organizationId}:${thread.conversation.id}:1`]);
});

test('an unknown episode is nothing to do', async () => {
  const thread = await world.create(organizationId);
  const unknown = { ...thread, episode: { ...thread.episode, number: 9 } };
  expect(await deliver(unknown)).toBe('nothing_to_do');
});
