import { RECONCILE_SCHEDULE_ID } from '../../src/contracts/conversation-workflow';
import { outbox } from '../../src/db/schema';
import { pauseConversation } from '../../src/services/conversation/pause-conversation';
import { snapshotOf } from '../../src/services/conversation/snapshot';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import { ensureReconcileSchedule, reconcileNow } from '../../src/temporal/reconcile-schedule';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { waitFor } from '../support/wait-for';

let world: EngineWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createEngineWorld();
  organizationId = await world.seed();
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const begin = async () => {
  const thread = await world.create(organizationId);
  await world.started(thread);
  return thread;
};
const reconcile = () => reconcileNow(world.client, world.taskQueue);
const status = async (thread: EpisodeThread) => (await world.handle(thread).describe()).status.name;
const running = (thread: EpisodeThread) =>
  waitFor('the workflow to run', async () => (await status(thread)) === 'RUNNING');

test.each(['terminate', 'cancel'] as const)(
  'a workflow that somebody made to %s is started again, where it stood',
  async (how) => {
    const thread = await begin();
    await world.toNext(thread);
    await world.handle(thread)[how]();
    await waitFor('its end', async () => (await status(thread)) !== 'RUNNING');
    expect(await reconcile()).toMatchObject({ repaired: 1 });
    await running(thread);
    expect((await historyFacts(world.handle(thread))).text).toContain('step 2 of 3: 3h nudge');
    await world.toNext(thread);
    expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1, 2]);
  },
);

test('a start that comes again while the workflow runs says so, and leaves the run as it is', async () => {
  const thread = await begin();
  const { runId } = await world.handle(thread).describe();
  const input = {
    ...world.ref(thread),
    channel: 'webhook' as const,
    snapshot: snapshotOf(thread),
    clockOffsetMs: 0,
  };
  const again = await Promise.all(Array.from({ length: 10 }, () => world.engine.start(input)));
  expect(new Set(again)).toEqual(new Set(['already']));
  expect(await world.handle(thread).describe()).toMatchObject({ runId, status: { name: 'RUNNING' } });
});

test('an episode that has come to its end is never run again', async () => {
  const thread = await begin();
  await world.say(thread);
  await expect(world.result(thread)).resolves.toEqual({ stopReason: 'replied' });
  const input = {
    ...world.ref(thread),
    channel: 'webhook' as const,
    snapshot: snapshotOf(thread),
    clockOffsetMs: 0,
  };
  expect(await world.engine.start(input)).toBe('already');
  expect(await world.engine.signal(world.ref(thread), snapshotOf(thread))).toBe('not_found');
  expect(await world.engine.areOpen([world.ref(thread)])).toEqual([false]);
});

test('a change that was lost on the way to Temporal is found', async () => {
  const thread = await begin();
  await world.verb(organizationId, async (ctx) => {
    await pauseConversation({ ...ctx, touched: [] }, thread.conversation.id);
    await ctx.tx.delete(outbox);
  });
  expect(await reconcile()).toMatchObject({ repaired: 1 });
  await waitFor('the pause to arrive', async () => {
    const { episode } = await world.read(thread);
    return episode.deliveredRevision === episode.revision;
  });
  expect((await historyFacts(world.handle(thread))).text).toContain('end of the pause');
});

test('a repair of what is well does nothing, and says so', async () => {
  await waitFor('the outbox to be empty', async () =>
    world.verb(organizationId, async ({ tx }) => (await tx.$count(outbox)) === 0),
  );
  const report = await reconcile();
  expect(report).toEqual({ examined: report.examined, repaired: 0, settledUnknown: 0, purgedKeys: 0 });
  expect(report.examined).toBeGreaterThan(0);
});

test('its Schedule is made once, however many workers start', async () => {
  await Promise.all([1, 2, 3].map(() => ensureReconcileSchedule(world.client, world.taskQueue)));
  const handle = world.client.schedule.getHandle(`${RECONCILE_SCHEDULE_ID}:${world.taskQueue}`);
  const { spec, policies } = await handle.describe();
  expect(spec.intervals).toMatchObject([{ every: 15 * 60_000 }]);
  expect(policies.overlap).toBe('SKIP');
  await handle.delete();
});
