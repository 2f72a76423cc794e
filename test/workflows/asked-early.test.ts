import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { waitFor } from '../support/wait-for';

const SECOND = 1_000;
const TRIES = 5;
let world: EngineWorld;
beforeAll(async () => {
  // As in production.
  world = await createEngineWorld({ nudgeLeadMs: SECOND });
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

async function begin(delayMs: number) {
  const steps = [{ delayMs, template: 'followup-10m', stage: 'followup_10m' as const }];
  const thread = await world.create(await world.seed({ ladder: { steps, ghostAfterMs: 3_600 * SECOND } }));
  await world.started(thread);
  return thread;
}

/** Answers as soon as the nudge is asked for; on full cores that may be after it fell due, which is another story. */
async function answerBeforeDue() {
  for (let tries = 1; ; tries += 1) {
    const thread = await begin(4 * SECOND);
    const handle = world.handle(thread);
    await waitFor('the nudge to be asked for', async () => {
      const { raw } = await handle.describe();
      return (raw.pendingActivities ?? []).length > 0;
    });
    const { effect, inFlight } = await world.say(thread);
    expect(effect).toBe('stopped');
    if (inFlight.length === 0 && world.webhook.stepsOf(thread.conversation.id).length === 0) return thread;
    if (tries === TRIES) throw new Error('no reply came before the claim');
  }
}

test('a reply that comes when the nudge is asked for but not due is before the claim and stops it, for 20 events', async () => {
  const thread = await answerBeforeDue();
  const handle = world.handle(thread);
  await expect(world.result(thread)).resolves.toEqual({ stopReason: 'replied' });
  expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([]);
  const facts = await historyFacts(handle);
  // A delivery that takes longer than two seconds is repeated by the relay: four more events.
  const repeats = facts.count('WORKFLOW_EXECUTION_SIGNALED') - 1;
  expect(facts.events - 4 * repeats).toBeLessThanOrEqual(20);
}, 60_000);

test('the call stack of a waiting workflow names the line at which it waits', async () => {
  const thread = await begin(60 * SECOND);
  const stack = String(await world.handle(thread).query('__stack_trace'));
  expect(stack).toMatch(/src\/workflows\/conversation\/workflow\.ts:\d+/);
  const longest = Math.max(...stack.split('\n\n').map((part) => part.split('\n').length));
  expect(longest).toBeLessThanOrEqual(3);
});
