import { ApplicationFailure } from '@temporalio/activity';
import { setTimeout as wait } from 'node:timers/promises';
import type { ActInput, Snapshot } from '../../src/contracts/conversation-workflow';
import { sendNow } from '../../src/services/conversation/send-now';
import { snapshotOf } from '../../src/services/conversation/snapshot';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import type { Ladder } from '../../src/domain/sequence';
import { gate } from '../support/blocked-statements';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { inLanes } from '../support/in-lanes';
import { testsAtOnce } from '../support/tests-at-once';
import { waitFor } from '../support/wait-for';

const SECOND = 1_000;
type Act = (input: ActInput) => Promise<Snapshot>;
/** Benign: the worker does not warn of what the test means to happen. */
const planned = (message: string) => ApplicationFailure.create({ message, category: 'BENIGN' });

let world: EngineWorld;
/** Replaces the act of single conversations. */
const acts = new Map<string, (input: ActInput, real: Act) => Promise<Snapshot>>();
beforeAll(async () => {
  world = await createEngineWorld({
    wrapActivities: (activities) => ({
      ...activities,
      sendNudge: (input) =>
        acts.get(input.conversationId)?.(input, activities.sendNudge) ?? activities.sendNudge(input),
    }),
  });
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

/** One nudge after `delayMs`, then a long wait. */
const oneNudge = (delayMs: number): Ladder => ({
  steps: [{ delayMs, template: 'followup-10m', stage: 'followup_10m' }],
  ghostAfterMs: 3_600 * SECOND,
});
const dueMs = ({ episode }: EpisodeThread) => episode.nextDueAt?.getTime() ?? 0;

interface Race {
  thread: EpisodeThread;
  ackMs: number;
  named: string[];
}

async function replyAt(thread: EpisodeThread, atMs: number): Promise<Race> {
  await wait(Math.max(0, atMs - Date.now()));
  const { inFlight } = await world.say(thread);
  return { thread, ackMs: Date.now(), named: inFlight.map(({ deliveryId }) => deliveryId) };
}

/** The contact who answers at the sight of the nudge: on a machine that is busy, all others may come before theirs. */
async function replyToCall(thread: EpisodeThread): Promise<Race> {
  await waitFor('the nudge', () => world.webhook.callsOf(thread.conversation.id).length === 1, 60_000);
  return replyAt(thread, 0);
}

/** Half of the replies around the due time, to the millisecond; the rest up to a second after it. */
const offsetMs = (i: number) => (i % 2 === 0 ? (i % 101) - 50 : i * 5);

testsAtOnce({
  'our next word does not wait for the old run, which is still in the retries of its send': async () => {
    const thread = await world.create(await world.seed({ ladder: oneNudge(SECOND) }));
    const id = thread.conversation.id;
    world.webhook.scriptOf(id).push({ outcome: 'busy', reason: 'HTTP 503', retryAfterMs: 4_000 });
    await waitFor('the first call', () => world.webhook.callsOf(id).length === 1);
    const answer = await world.say(thread);
    expect(answer).toMatchObject({ effect: 'stopped', inFlight: [{ conversationId: id, step: 1 }] });
    expect((await world.say(thread, { direction: 'outbound', text: 'One more thing' })).effect).toBe(
      'started',
    );
    const second = await world.read(thread);
    await world.started(second);
    await waitFor('the nudge of the new episode', () => world.webhook.callsOf(id).length === 2);
    await expect(world.result(thread)).resolves.toEqual({ stopReason: 'replied' });
    expect(world.webhook.callsOf(id).map(({ nudge }) => nudge.episode)).toEqual([1, 2]);
    const { rows } = await world.verb(thread.conversation.organizationId, ({ tx }) =>
      tx.execute(`select episode, status from deliveries order by episode`),
    );
    expect(rows).toEqual([
      { episode: 1, status: 'cancelled' },
      { episode: 2, status: 'sent' },
    ]);
  },

  'send-now against the timer: forty steps, each called once': async () => {
    const organizationId = await world.seed({ ladder: oneNudge(6 * SECOND) });
    const threads = await inLanes(40, 8, () => world.create(organizationId));
    await Promise.all(
      threads.map(async (thread, i) => {
        await wait(Math.max(0, dueMs(thread) + i * 5 - 100 - Date.now()));
        await world
          .verb(organizationId, (ctx) => sendNow(ctx, thread.conversation.id))
          .catch((error: unknown) => expect(error).toMatchObject({ code: 'conflict' }));
      }),
    );
    for (const thread of threads) {
      await waitFor(
        'the step to be sent',
        async () => (await world.read(thread)).episode.nextKind === 'ghost',
      );
      expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1]);
    }
  },

  'an act that changed nothing is not asked again at once, but a change is acted on at once': async () => {
    const thread = await world.create(await world.seed({ ladder: oneNudge(SECOND) }));
    const id = thread.conversation.id;
    let asked = 0;
    acts.set(id, async (input, real) => {
      asked += 1;
      return asked === 1 ? snapshotOf(await world.read(thread)) : real(input);
    });
    await waitFor('the first act', () => asked === 1);
    await waitFor('the workflow to wait again', async () => {
      const facts = await historyFacts(world.handle(thread));
      return facts.count('ACTIVITY_TASK_COMPLETED') === 1 && facts.last === 'TIMER_STARTED';
    });
    await world.verb(thread.conversation.organizationId, (ctx) => sendNow(ctx, id));
    await waitFor('the step', () => world.webhook.stepsOf(id).length === 1);
    expect(asked).toBe(2);
  },

  'an act that answers with what stood before a reply does not undo the reply': async () => {
    const thread = await world.create(await world.seed({ ladder: oneNudge(SECOND) }));
    acts.set(thread.conversation.id, async (input, real) => {
      const before = await real(input);
      await world.say(thread);
      await waitFor('the reply to reach the workflow', async () => {
        const { episode } = await world.read(thread);
        return episode.deliveredRevision === episode.revision;
      });
      return before;
    });
    await expect(world.result(thread)).resolves.toEqual({ stopReason: 'replied' });
    const { timerSummaries } = await historyFacts(world.handle(thread));
    expect(timerSummaries).not.toContain('ghosted if still silent');
  },

  'an act that fails is tried again, and the ladder goes on': async () => {
    const thread = await world.create(await world.seed({ ladder: oneNudge(SECOND) }));
    const id = thread.conversation.id;
    let asked = 0;
    acts.set(id, (input, real) => {
      asked += 1;
      return asked === 1 ? Promise.reject(planned('a worker died')) : real(input);
    });
    await waitFor('ghosting to be next', async () => (await world.read(thread)).episode.nextKind === 'ghost');
    expect(world.webhook.stepsOf(id)).toEqual([1]);
  },

  'an act whose answer was lost is asked again, and sends nothing twice': async () => {
    const thread = await world.create(await world.seed({ ladder: oneNudge(SECOND) }));
    const id = thread.conversation.id;
    let asked = 0;
    acts.set(id, async (input, real) => {
      asked += 1;
      const snapshot = await real(input);
      if (asked === 1) throw planned('a worker died after its work');
      return snapshot;
    });
    await waitFor('the second answer', async () => asked === 2);
    await waitFor('the workflow to wait for ghosting', async () => {
      const { timerSummaries } = await historyFacts(world.handle(thread));
      return timerSummaries.at(-1) === 'ghosted if still silent';
    });
    expect(world.webhook.stepsOf(id)).toEqual([1]);
  },
});

test('200 replies race 200 due nudges: no call begins after its reply was acknowledged, but those it named', async () => {
  const organizationId = await world.seed({ ladder: oneNudge(10 * SECOND) });
  const threads = await inLanes(200, 8, () => world.create(organizationId));
  const races = await Promise.all(
    threads.map((thread, i) =>
      i % 10 === 9 ? replyToCall(thread) : replyAt(thread, dueMs(thread) + offsetMs(i)),
    ),
  );
  await waitFor('every workflow to end', async () => {
    const { rows } = await world.verb(organizationId, ({ tx }) =>
      tx.execute("select 1 from deliveries where status = 'claimed'"),
    );
    return rows.length === 0;
  });
  for (const { thread } of races) await world.result(thread);
  let [called, stopped] = [0, 0];
  for (const { thread, ackMs, named } of races) {
    const calls = world.webhook.callsOf(thread.conversation.id);
    expect(calls.length).toBeLessThanOrEqual(1);
    const after = calls.filter(({ at, nudge }) => at.getTime() > ackMs && !named.includes(nudge.deliveryId));
    expect(after).toEqual([]);
    if (calls.length > 0) called += 1;
    else stopped += 1;
  }
  expect(called).toBeGreaterThan(0);
  expect(stopped).toBeGreaterThan(0);
}, 90_000);

describe('a reply before the start', () => {
  const described = (slow: EngineWorld, thread: EpisodeThread) => slow.handle(thread).describe();

  test('that is still paced: no workflow is ever started', async () => {
    const slow = await createEngineWorld({ withWorker: false, startsPerSecond: 0.001 });
    try {
      const thread = await slow.create(await slow.seed());
      await slow.say(thread);
      await waitFor('the outbox to be empty', () =>
        slow.verb(thread.conversation.organizationId, async ({ tx }) => {
          const { rows } = await tx.execute('select 1 from outbox');
          return rows.length === 0;
        }),
      );
      await expect(described(slow, thread)).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
      expect((await slow.read(thread)).episode).toMatchObject({ state: 'ended', deliveredRevision: 0 });
    } finally {
      await slow.close();
    }
  });

  test('that is on its way: the workflow ends without an act', async () => {
    const door = gate();
    const held = await createEngineWorld({
      wrapEngine: (engine) => ({
        ...engine,
        start: async (input) => {
          await door.pass();
          return engine.start(input);
        },
      }),
    });
    try {
      const thread = await held.create(await held.seed());
      await door.reached;
      await held.say(thread);
      await waitFor('the answer to be delivered', () =>
        held.verb(thread.conversation.organizationId, async ({ tx }) => {
          const { rows } = await tx.execute('select 1 from outbox');
          return rows.length === 0;
        }),
      );
      door.open();
      await expect(held.result(thread)).resolves.toEqual({ stopReason: 'replied' });
      expect((await historyFacts(held.handle(thread))).count('ACTIVITY_TASK_SCHEDULED')).toBe(0);
    } finally {
      await held.close();
    }
  });
});
