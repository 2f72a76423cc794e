import { sql } from 'drizzle-orm';
import { conversations, outbox } from '../../src/db/schema';
import { LANES } from '../../src/services/conversation/change-thread';
import { createConversation } from '../../src/services/conversation/create-conversation';
import { pauseConversation } from '../../src/services/conversation/pause-conversation';
import { resumeConversation } from '../../src/services/conversation/resume-conversation';
import { sendNow } from '../../src/services/conversation/send-now';
import { skipStep } from '../../src/services/conversation/skip-step';
import { snapshotOf } from '../../src/services/conversation/snapshot';
import { hasEpisode, type EpisodeThread } from '../../src/services/conversation/thread';
import { publishSequence } from '../../src/services/sequence/publish-sequence';
import type { VerbContext } from '../../src/services/verb-context';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { testsAtOnce } from '../support/tests-at-once';
import { waitFor } from '../support/wait-for';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
let world: EngineWorld;
beforeAll(async () => {
  world = await createEngineWorld();
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const begin = async () => world.create(await world.seed());
const command = <T>(
  thread: EpisodeThread,
  verb: (ctx: VerbContext, conversationId: string) => Promise<T>,
): Promise<T> => world.verb(thread.conversation.organizationId, (ctx) => verb(ctx, thread.conversation.id));
const untilDueMs = ({ episode, now }: EpisodeThread) => (episode.nextDueAt?.getTime() ?? 0) - now.getTime();
const steps = (thread: EpisodeThread) => world.webhook.stepsOf(thread.conversation.id);
/** Within the seconds that the test itself takes. */
const expectAbout = (actualMs: number, expectedMs: number) => {
  expect(actualMs).toBeGreaterThan(expectedMs - 30 * SECOND);
  expect(actualMs).toBeLessThanOrEqual(expectedMs + SECOND);
};

testsAtOnce({
  'a pause over a due time sends nothing; after the resume what was left is waited for': async () => {
    const thread = await begin();
    await world.skip(thread, 4 * MINUTE);
    await command(thread, pauseConversation);
    await world.skip(thread, 5 * HOUR);
    expect(steps(thread)).toEqual([]);
    expect((await world.read(thread)).episode.state).toBe('paused');
    const resumed = await command(thread, resumeConversation);
    expectAbout(untilDueMs(resumed), 6 * MINUTE);
    await world.skip(thread, 4 * MINUTE);
    expect(steps(thread)).toEqual([]);
    await world.toNext(thread);
    expect(steps(thread)).toEqual([1]);
  },

  'a pause ends by itself, in the workflow': async () => {
    const thread = await begin();
    const until = new Date(Date.now() + 2 * HOUR);
    await command(thread, (ctx, id) => pauseConversation(ctx, id, until));
    await world.toNext(thread);
    const resumed = await world.read(thread);
    expect(resumed.episode).toMatchObject({ state: 'waiting', nextStep: 1 });
    expectAbout(untilDueMs(resumed), 10 * MINUTE);
    await world.toNext(thread);
    expect(steps(thread)).toEqual([1]);
  },

  'our own word in between moves the ladder: the next nudge is due its gap after it': async () => {
    const thread = await begin();
    await world.toNext(thread);
    await world.skip(thread, HOUR);
    const word = await world.say(thread, { direction: 'outbound', text: 'By the way' });
    expect(word.effect).toBe('reanchored');
    expectAbout(untilDueMs(await world.read(thread)), 170 * MINUTE);
    await world.skip(thread, 160 * MINUTE);
    expect(steps(thread)).toEqual([1]);
    await world.toNext(thread);
    expect(steps(thread)).toEqual([1, 2]);
  },

  'skip-step leaves one out, send-now brings the next one forward, and the ladder goes on': async () => {
    const thread = await begin();
    await world.started(thread);
    await command(thread, skipStep);
    await command(thread, sendNow);
    await waitFor('step 2', () => steps(thread).length > 0);
    const sent = await waitFor('step 3 to be next', async () => {
      const now = await world.read(thread);
      return now.episode.nextStep === 3 ? now : null;
    });
    expect(steps(thread)).toEqual([2]);
    expectAbout(untilDueMs(sent), 3 * HOUR);
  },

  'an edit of the sequence in mid-life leaves the running episode as it was; the next one takes it':
    async () => {
      const thread = await begin();
      await world.toNext(thread);
      const edited = {
        steps: [{ delayMs: HOUR, template: 'followup-3h', stage: 'followup' as const }],
        ghostAfterMs: HOUR,
      };
      await command(thread, (ctx) => publishSequence(ctx, 'default', edited));
      await world.toNext(thread);
      await world.toNext(thread);
      expect(steps(thread)).toEqual([1, 2, 3]);
      expect((await world.read(thread)).sequence.version).toBe(1);
      await world.say(thread);
      await world.say(thread, { direction: 'outbound', text: 'And?' });
      const next = await world.read(thread);
      expect(next.sequence.version).toBe(2);
      expectAbout(untilDueMs(next), HOUR);
    },

  'a workflow that starts late skips what is too late by then, and sends the rest in time': async () => {
    const organizationId = await world.seed();
    const thread = await world.verb(organizationId, async (ctx) => {
      const made = await createConversation(ctx, { contact: { email: 'late@example.com' } }, LANES.bulk);
      if (!hasEpisode(made.thread)) throw new Error('no episode');
      // Two hours pass before the start is delivered.
      await ctx.tx.update(conversations).set({ clockOffsetMs: 2 * HOUR });
      return made.thread;
    });
    const moved = await waitFor('step 1 to be skipped', async () => {
      const now = await world.read(thread);
      return now.episode.nextStep === 2 ? now : null;
    });
    expect(steps(thread)).toEqual([]);
    expectAbout(untilDueMs(moved), HOUR);
    await world.toNext(thread);
    expect(steps(thread)).toEqual([2]);
  },

  'a late chunk and an echo change nothing, and cost the workflow nothing': async () => {
    const thread = await begin();
    await world.toNext(thread);
    const [call] = world.webhook.callsOf(thread.conversation.id);
    const before = await historyFacts(world.handle(thread));
    const echo = await world.say(thread, { direction: 'outbound', text: call?.nudge.message ?? 'none' });
    const chunk = await world.say(thread, {
      direction: 'outbound',
      text: 'late',
      sentAt: new Date(thread.episode.anchorAt.getTime() - 1),
    });
    expect([echo.effect, chunk.effect]).toEqual(['none', 'none']);
    expect((await historyFacts(world.handle(thread))).count('WORKFLOW_EXECUTION_SIGNALED')).toBe(
      before.count('WORKFLOW_EXECUTION_SIGNALED'),
    );
  },

  '50 creates at once with one externalId start one workflow': async () => {
    const organizationId = await world.seed();
    const contact = { externalId: 'c-50', email: 'fifty@example.com' };
    const made = await Promise.all(
      Array.from({ length: 50 }, () => world.create(organizationId, { externalId: 'crm-50', contact })),
    );
    const [thread] = made;
    if (!thread) throw new Error('nothing made');
    expect(new Set(made.map(({ conversation }) => conversation.id)).size).toBe(1);
    await world.started(thread);
    await waitFor('the outbox to be empty', () =>
      world.verb(organizationId, async ({ tx }) => (await tx.$count(outbox)) === 0),
    );
    const { rows } = await world.verb(organizationId, ({ tx }) =>
      tx.execute(sql`select count(*)::int as n from conversations`),
    );
    expect(rows).toEqual([{ n: 1 }]);
    const facts = await historyFacts(world.handle(thread));
    expect(facts.count('WORKFLOW_EXECUTION_STARTED')).toBe(1);
  },
});

test('deliveries may come twice and out of order: of all snapshots the newest stands', async () => {
  // Without a worker all of them lie there when it comes, and are read in one task.
  const idle = await createEngineWorld({ withWorker: false });
  try {
    const thread = await idle.create(await idle.seed());
    await idle.started(thread);
    const { organizationId, id } = thread.conversation;
    const paused = snapshotOf(await idle.verb(organizationId, (ctx) => pauseConversation(ctx, id)));
    await idle.say(thread);
    const ended = snapshotOf(await idle.read(thread));
    for (const snapshot of [ended, paused, ended, snapshotOf(thread)]) {
      await idle.engine.signal(idle.ref(thread), snapshot);
    }
    const stopWorker = await idle.runWorker();
    await expect(idle.result(thread)).resolves.toEqual({ stopReason: 'replied' });
    await stopWorker();
  } finally {
    await idle.close();
  }
});
