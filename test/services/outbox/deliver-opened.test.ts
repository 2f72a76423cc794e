import type { EpisodeRef } from '../../../src/contracts/conversation-workflow';
import { outbox } from '../../../src/db/schema';
import { LostCreateRace } from '../../../src/services/contact/contact-row';
import { createConversation } from '../../../src/services/conversation/create-conversation';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { recordMessage } from '../../../src/services/conversation/record-message';
import { startInputOf } from '../../../src/services/conversation/snapshot';
import { inSavepoint } from '../../../src/services/import/savepoint';
import { deliverEpisode, deliverTouched } from '../../../src/services/outbox/deliver-episode';
import type { Touched, VerbContext } from '../../../src/services/verb-context';
import { scriptedEngine } from '../../support/scripted-engine';
import { statementsOf } from '../../support/statements';
import { createVerbWorld, HOUR_MS, person, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
let engine: ReturnType<typeof scriptedEngine>;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
  engine = scriptedEngine();
  world.touched.splice(0);
});
afterAll(() => world.close());

const deps = (mayStart = () => true) => ({ database: world.database, engine: engine.client, mayStart });
const deliver = (touched: Touched, mayStart?: () => boolean) => deliverTouched(deps(mayStart), touched);
const rows = () => world.verb(organizationId, ({ tx }) => tx.select().from(outbox));
const pause = (ref: EpisodeRef) =>
  world.verb(organizationId, (ctx) => pauseConversation(ctx, ref.conversationId));
const open = (ctx: VerbContext) => createConversation(ctx, { contact: person() });
const idOf = (ref: EpisodeRef) => `conversation:${organizationId}:${ref.conversationId}:${ref.episode}`;

/** What the last transaction touched: one episode. */
function touchedOnce(): Touched {
  const [touched, ...others] = world.touched.splice(0);
  if (!touched || others.length > 0) throw new Error(`${others.length + (touched ? 1 : 0)} were touched`);
  return touched;
}

test('an episode that the commit opened is started without reading it, and the row goes', async () => {
  await world.create(organizationId);
  const touched = touchedOnce();
  const asked = await statementsOf(() => deliver(touched));
  expect(asked.slice(2)).toEqual(['raise_delivered_revision', 'remove_outbox_row', 'commit']);
  expect([...engine.running.keys()]).toEqual([idOf(touched.ref)]);
  expect(await rows()).toEqual([]);
});

test.each([0, 20 * 60_000, 8 * HOUR_MS])(
  'it is started with what a reading would say: word %d ms old',
  async (ageMs) => {
    const sentAt = new Date(world.clock.now().getTime() - ageMs);
    const lastMessage = { direction: 'outbound', text: 'Hello', sentAt } as const;
    const thread = await world.create(organizationId, { lastMessage });
    expect(touchedOnce().start).toEqual(startInputOf(await world.read(thread)));
  },
);

test('so is the next episode, which our word opens after an answer', async () => {
  const thread = await world.create(organizationId);
  await world.say(thread, {});
  world.touched.splice(0);
  await world.say(thread, { direction: 'outbound', text: 'Good, Tuesday then?' });
  const touched = touchedOnce();
  expect(touched.ref.episode).toBe(2);
  expect(touched.start).toEqual(startInputOf(await world.read(thread)));
  expect(await deliver(touched)).toBe('started');
});

test('a start that must be paced leaves the row, and nobody is called', async () => {
  await world.create(organizationId);
  expect(await deliver(touchedOnce(), () => false)).toBe('left');
  expect(engine.calls).toEqual([]);
  expect(await rows()).toHaveLength(1);
});

test('an answer between the commit and the start reaches the workflow, though its own delivery found none', async () => {
  const thread = await world.create(organizationId);
  const opened = touchedOnce();
  await world.say(thread, {});
  expect(await deliver(touchedOnce())).toBe('nothing_to_do');
  expect(await deliver(opened)).toBe('started');
  expect([...engine.completed]).toEqual([idOf(opened.ref)]);
});

test('so does a pause', async () => {
  const thread = await world.create(organizationId);
  const opened = touchedOnce();
  await pause(opened.ref);
  expect(await deliver(opened)).toBe('started');
  const { conversation } = await world.read(thread);
  expect(engine.running.get(idOf(opened.ref))).toMatchObject({
    state: 'paused',
    revision: conversation.fence,
  });
  expect(await rows()).toEqual([]);
});

test('where another delivery was faster, what stands now is told', async () => {
  const thread = await world.create(organizationId);
  const opened = touchedOnce();
  await deliverEpisode(deps(), opened.ref);
  await pause(opened.ref);
  expect(await deliver(opened)).toBe('signalled');
  expect(engine.revisionOf(opened.ref)).toBe((await world.read(thread)).conversation.fence);
});

describe('a transaction that goes on after it has opened an episode', () => {
  test('with an opt-out word: no workflow is started', async () => {
    await world.verb(organizationId, async (ctx) => {
      const { thread } = await open(ctx);
      await recordMessage(ctx, thread.conversation.id, { direction: 'inbound', text: 'STOP' });
    });
    const touched = world.touched.splice(0);
    for (const one of touched) expect(await deliver(one)).toBe('nothing_to_do');
    expect(touched).toHaveLength(2);
    expect(engine.calls).toEqual([]);
  });

  test('with a pause: the workflow is started paused', async () => {
    await world.verb(organizationId, async (ctx) => {
      const { thread } = await open(ctx);
      await pauseConversation(ctx, thread.conversation.id);
    });
    const [opened] = world.touched.splice(0);
    if (!opened) throw new Error('nothing was touched');
    expect(await deliver(opened)).toBe('started');
    expect([...engine.running.values()]).toMatchObject([{ state: 'paused', revision: 2 }]);
    expect(engine.calls).toHaveLength(1);
  });
});

test('a first word that opts out opens nothing and touches nothing', async () => {
  const lastMessage = { direction: 'inbound', text: 'STOP' } as const;
  const thread = await world.open(organizationId, { lastMessage });
  expect(thread.conversation.stopReason).toBe('opted_out');
  expect(world.touched).toEqual([]);
});

test('a transaction that is run again tells of its last run only', async () => {
  let runs = 0;
  const thread = await world.verb(organizationId, async (ctx) => {
    const made = await open(ctx);
    runs += 1;
    if (runs === 1) throw new LostCreateRace();
    return made.thread;
  });
  expect(runs).toBe(2);
  expect(touchedOnce().ref.conversationId).toBe(thread.conversation.id);
});

test('what a savepoint undid is told to nobody', async () => {
  await world.verb(organizationId, async (ctx) => {
    const failing = inSavepoint(ctx, async () => {
      await open(ctx);
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
  });
  expect(world.touched).toEqual([]);
});
