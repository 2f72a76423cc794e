import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { testsAtOnce } from '../support/tests-at-once';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const GAP_MS = 3 * SECOND;
let world: EngineWorld;
beforeAll(async () => {
  world = await createEngineWorld();
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

/** The default ladder's shape at the pace of a test: no time is skipped, so the history is that of production. */
const quick = () => {
  const stage = ['followup_10m', 'followup_3h', 'followup_6h'] as const;
  const steps = stage.map((name, i) => ({ delayMs: (i + 1) * GAP_MS, template: name, stage: name }));
  return world.seed({ ladder: { steps, ghostAfterMs: GAP_MS } });
};

testsAtOnce({
  'a silent conversation is nudged after 10 min, 3 h and 6 h and ghosted 24 h after the last': async () => {
    const thread = await world.create(await world.seed());
    const id = thread.conversation.id;
    await world.skip(thread, 8 * MINUTE);
    expect(world.webhook.stepsOf(id)).toEqual([]);
    const seen = [];
    for (let i = 0; i < 4; i += 1) {
      const { conversation, now } = await world.toNext(thread);
      seen.push([
        conversation.stage,
        Math.floor((now.getTime() - thread.episode.anchorAt.getTime()) / MINUTE),
      ]);
    }
    expect(seen).toEqual([
      ['followup_10m', 10],
      ['followup_3h', 180],
      ['followup_6h', 360],
      ['ghosted', 30 * 60],
    ]);
    const { episode } = await world.read(thread);
    expect(episode).toMatchObject({ state: 'ended', stopReason: 'ghosted', nudgesSent: 3 });
    expect(episode.endedAt?.getTime()).toBeGreaterThanOrEqual(thread.episode.anchorAt.getTime() + 30 * HOUR);
    expect(world.webhook.stepsOf(id)).toEqual([1, 2, 3]);
    await expect(world.result(thread)).resolves.toEqual({ stopReason: 'ghosted' });
  },

  'a whole life of three nudges costs at most 52 events and 10 Actions': async () => {
    const thread = await world.create(await quick());
    await world.result(thread);
    const facts = await historyFacts(world.handle(thread));
    expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1, 2, 3]);
    // A delivery that takes longer than two seconds is repeated by the relay: four more events, no more acts.
    const repeats = facts.count('WORKFLOW_EXECUTION_SIGNALED');
    expect(facts.events - 4 * repeats).toBeLessThanOrEqual(52);
    expect(facts.actions - repeats).toBeLessThanOrEqual(10);
    expect(facts.count('ACTIVITY_TASK_SCHEDULED')).toBe(4);
    // 49 and 9 with a timer before each act; one that is late needs none, and saves four events.
    const timers = facts.count('TIMER_STARTED');
    expect(facts.events).toBeLessThanOrEqual(33 + 4 * (timers + repeats));
    expect(facts.actions).toBe(5 + timers + repeats);
  },

  'a reply in the first wait costs at most 12 events': async () => {
    const thread = await world.create(await world.seed());
    await world.started(thread);
    await world.say(thread);
    await expect(world.result(thread)).resolves.toEqual({ stopReason: 'replied' });
    const facts = await historyFacts(world.handle(thread));
    // A delivery that takes longer than two seconds is repeated by the relay: four more events, no more acts.
    const repeats = facts.count('WORKFLOW_EXECUTION_SIGNALED') - 1;
    expect(facts.events - 4 * repeats).toBeLessThanOrEqual(12);
    expect(facts.actions - repeats).toBe(3);
    expect(facts.count('ACTIVITY_TASK_SCHEDULED')).toBe(0);
  },

  'an operator who opens the workflow reads in words where it stands and what comes next': async () => {
    const thread = await world.create(await world.seed());
    await world.started(thread);
    const handle = world.handle(thread);
    const metadata = async () => JSON.stringify(await handle.query('__temporal_workflow_metadata'));
    const waiting = await metadata();
    expect(waiting).toContain('**Waiting** for an answer. Next: step 1 of 3: 10m nudge, due ');
    expect(waiting).toContain('A newer snapshot of the episode; older ones are ignored.');
    await world.toNext(thread);
    expect(await metadata()).toContain('Next: step 2 of 3: 3h nudge');
    await world.say(thread);
    await handle.result();
    expect(await metadata()).toContain('**Ended**: replied');
    const facts = await historyFacts(handle);
    expect(facts.startSummary).toBe('Conversation, episode 1: 3 steps, then ghosted');
    expect(facts.startDetails).toContain(thread.conversation.id);
    expect(facts.timerSummaries).toEqual(['step 1 of 3: 10m nudge', 'step 2 of 3: 3h nudge']);
    const { searchAttributes } = await handle.describe();
    expect(searchAttributes).toMatchObject({ Organization: [thread.conversation.organizationId] });
  },

  'no name, address or word of a person is in the history, nor in what is shown of it': async () => {
    const canary = 'canary-7f3a';
    const thread = await world.create(await quick(), {
      externalId: `${canary}-conversation`,
      contact: {
        externalId: `${canary}-contact`,
        name: `${canary} Lovelace`,
        email: `${canary}@example.com`,
        phone: '+442079460957',
        attributes: { note: canary },
      },
      lastMessage: { direction: 'outbound', text: `${canary}: your quote`, externalId: `${canary}-m` },
      variables: { product: canary },
    });
    await world.result(thread);
    expect(world.webhook.callsOf(thread.conversation.id)[0]?.nudge.message).toContain(canary);
    const shown = JSON.stringify(await world.handle(thread).describe(), (_, field: unknown) =>
      typeof field === 'bigint' ? String(field) : field,
    );
    const { text } = await historyFacts(world.handle(thread));
    // That payloads are read at all: this stands in nothing else.
    expect(text).toMatch(/clockOffsetMs.*ghosted if still silent/);
    for (const secret of [canary, 'Lovelace', '2079460957']) {
      expect(text).not.toContain(secret);
      expect(shown).not.toContain(secret);
    }
  },

  'the nudges of one ladder are never early and never out of order': async () => {
    const thread = await world.create(await quick());
    await world.result(thread);
    const at = world.webhook.callsOf(thread.conversation.id).map((call) => call.at.getTime());
    at.forEach((time, i) => {
      expect(time - thread.episode.anchorAt.getTime()).toBeGreaterThanOrEqual((i + 1) * GAP_MS);
    });
  },
});
