import { deliveries, nudges } from '../../../src/db/schema';
import type { Ladder } from '../../../src/domain/sequence';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { resumeConversation } from '../../../src/services/conversation/resume-conversation';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import {
  ACCEPTED,
  BUSY,
  createVerbWorld,
  DAY_MS,
  MINUTE_MS,
  REFUSED,
  UNANSWERED,
  type VerbWorld,
} from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  world.clock.set('2026-11-20T09:00:00Z');
  organizationId = await world.seed();
});
afterAll(() => world.close());

/** Its second gap is shorter than the lateness limit, its first longer than both. */
const shrinking: Ladder = {
  steps: [150, 160].map((minutes) => {
    return { delayMs: minutes * MINUTE_MS, template: 'short', stage: 'followup' as const };
  }),
  ghostAfterMs: DAY_MS,
};
const delivery = async () => {
  const [row] = await world.verb(organizationId, ({ tx }) => tx.select().from(deliveries));
  if (!row) throw new Error('no delivery');
  return row;
};
const claimed = async (keyed: boolean) => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  const claim = await world.claim(input, keyed);
  if (claim.kind !== 'call') throw new Error('not claimed');
  return { thread, input, deliveryId: claim.nudge.deliveryId };
};
const nextStep = async (thread: EpisodeThread) => (await world.read(thread)).episode.nextStep;

describe('the fence rises during the retries', () => {
  test('every call was answered: cancelled, and nobody is called', async () => {
    const { thread, input } = await claimed(true);
    await world.record(input, BUSY);
    await world.say(thread, {});
    world.clock.advance(1_000);
    expect(await world.claim(input)).toMatchObject({ kind: 'done', snapshot: { stopReason: 'replied' } });
    expect(await delivery()).toMatchObject({ status: 'cancelled' });
  });

  test('some call was not: unknown, and nobody is called', async () => {
    const { thread, input } = await claimed(true);
    await world.record(input, UNANSWERED);
    await world.say(thread, {});
    expect((await world.claim(input)).kind).toBe('done');
    expect((await delivery()).status).toBe('unknown');
  });

  test.each([
    ['busy', BUSY, 'cancelled'],
    ['unanswered', UNANSWERED, 'unknown'],
    ['accepted', ACCEPTED, 'sent'],
    ['refused', REFUSED, 'failed'],
  ] as const)(
    'during the call, which is then %s: %s at once, never tried again',
    async (_, outcome, status) => {
      const { thread, input } = await claimed(true);
      await world.say(thread, {});
      expect(await world.record(input, outcome)).toMatchObject({ kind: 'done', status });
      expect((await delivery()).status).toBe(status);
      expect((await world.read(thread)).conversation.stage).toBe('engaged');
    },
  );

  test.each([
    ['answered', BUSY, 'cancelled'],
    ['not answered', UNANSWERED, 'unknown'],
  ] as const)(
    'and our next word has opened an episode, the call %s: it ends %s',
    async (_, outcome, status) => {
      const { thread, input } = await claimed(true);
      await world.record(input, outcome);
      await world.say(thread, {});
      world.clock.advance(1_000);
      await world.say(thread, { direction: 'outbound', text: 'Let me ask again' });
      expect(await world.claim(input)).toMatchObject({
        kind: 'done',
        snapshot: { state: 'ended', next: null },
      });
      expect((await delivery()).status).toBe(status);
      expect((await world.say(thread, {})).inFlight).toEqual([]);
    },
  );

  test('and our next word has opened an episode while the call was on its way: its answer is kept', async () => {
    const { thread, input } = await claimed(true);
    await world.say(thread, {});
    world.clock.advance(1_000);
    await world.say(thread, { direction: 'outbound', text: 'Let me ask again' });
    expect(await world.record(input, ACCEPTED)).toMatchObject({ kind: 'done', snapshot: { next: null } });
    expect((await delivery()).status).toBe('sent');
    const { conversation, episode } = await world.read(thread);
    expect(conversation.stage).toBe('new');
    expect(episode).toMatchObject({ number: 2, nextStep: 1, nudgesSent: 0 });
  });
});

describe('our own word during the retries', () => {
  test('cancels the delivery; the step is claimed again at its new time under the same id', async () => {
    const { thread, input, deliveryId } = await claimed(true);
    await world.record(input, BUSY);
    world.clock.advance(500);
    await world.say(thread, { direction: 'outbound', text: 'By the way' });
    expect(await world.claim(input)).toMatchObject({ kind: 'done', refusedBy: 'episode' });
    expect((await delivery()).status).toBe('cancelled');
    const again = await world.send(thread);
    expect(again.deliveryId).toBe(deliveryId);
    expect(await delivery()).toMatchObject({ status: 'sent', claimedAt: world.clock.now() });
    expect(await nextStep(thread)).toBe(2);
    expect(await world.verb(organizationId, ({ tx }) => tx.$count(nudges))).toBe(1);
  });

  test('while the call is on its way: the step is used up, and the ladder goes on at once', async () => {
    const { thread, input } = await claimed(true);
    const sentAt = world.clock.now();
    world.clock.advance(500);
    await world.say(thread, { direction: 'outbound', text: 'By the way' });
    const spokenAt = world.clock.now();
    expect(await world.record(input, ACCEPTED)).toMatchObject({ snapshot: { next: { step: 2 } } });
    const { episode } = await world.read(thread);
    expect(episode).toMatchObject({ nudgesSent: 1, lastStepAt: sentAt });
    expect(episode.nextDueAt).toEqual(new Date(spokenAt.getTime() + 170 * MINUTE_MS));
  });

  test('while the call is on its way: a next step that comes sooner than this one did is not skipped', async () => {
    organizationId = await world.seed({ ladder: shrinking });
    const { thread, input } = await claimed(true);
    await world.say(thread, { direction: 'outbound', text: 'By the way' });
    await world.record(input, ACCEPTED);
    world.clock.advance(10 * MINUTE_MS);
    expect(await world.send(thread)).toMatchObject({ step: 2 });
  });
});

describe('a pause while the call is on its way', () => {
  test('keeps the time that was left until the next step, however long it lasts', async () => {
    const { thread, input } = await claimed(true);
    const id = thread.conversation.id;
    await world.verb(organizationId, (ctx) => pauseConversation(ctx, id));
    await world.record(input, ACCEPTED);
    const leftMs = 170 * MINUTE_MS;
    expect((await world.read(thread)).episode).toMatchObject({
      nextStep: 2,
      nextDueAt: null,
      remainingMs: leftMs,
    });
    world.clock.advance(DAY_MS);
    const { episode } = await world.verb(organizationId, (ctx) => resumeConversation(ctx, id));
    expect(episode.nextDueAt).toEqual(new Date(world.clock.now().getTime() + leftMs));
    expect(await world.send(thread)).toMatchObject({ step: 2 });
  });
});

describe('every repeat asks the gates again', () => {
  const busyOnce = async () => {
    const { thread, input } = await claimed(true);
    await world.record(input, BUSY);
    world.clock.advance(1_000);
    return { thread, input };
  };

  test.each([
    ['the organization is paused', 'update organizations set paused = true', 'paused'],
    [
      'the window has shut',
      `update organizations set send_window = '{"days":["sun"],"from":"08:00","to":"09:00"}'`,
      'send_window',
    ],
    ['the contact opted out', "update contacts set opt_outs = '{all}'", 'opt_out'],
  ])('%s: cancelled, and the step goes its new way', async (_, change, gate) => {
    const { input } = await busyOnce();
    await world.verb(organizationId, ({ tx }) => tx.execute(change));
    expect(await world.claim(input)).toMatchObject({ kind: 'done', refusedBy: gate });
    expect((await delivery()).status).toBe('cancelled');
  });

  test('too late by now: cancelled and skipped', async () => {
    const { input } = await busyOnce();
    await world.verb(organizationId, ({ tx }) =>
      tx.execute('update organizations set lateness_limit_ms = 500'),
    );
    expect(await world.claim(input)).toMatchObject({
      refusedBy: 'lateness',
      snapshot: { next: { step: 2 } },
    });
    expect((await delivery()).status).toBe('cancelled');
  });

  test('the frequency cap does not count a delivery against itself', async () => {
    await world.verb(organizationId, ({ tx }) =>
      tx.execute(`update organizations set frequency_cap = '{"max":1,"perMs":${DAY_MS}}'`),
    );
    const { input } = await busyOnce();
    expect((await world.claim(input)).kind).toBe('call');
  });
});
