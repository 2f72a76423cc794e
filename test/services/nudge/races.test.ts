import { sql } from 'drizzle-orm';
import { deliveries, episodes } from '../../../src/db/schema';
import type { ActInput } from '../../../src/contracts/conversation-workflow';
import { createConversation } from '../../../src/services/conversation/create-conversation';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { recordMessage } from '../../../src/services/conversation/record-message';
import { resumeConversation } from '../../../src/services/conversation/resume-conversation';
import { sendNow } from '../../../src/services/conversation/send-now';
import { skipStep } from '../../../src/services/conversation/skip-step';
import type { Thread } from '../../../src/services/conversation/thread';
import { claimNudge } from '../../../src/services/nudge/claim-nudge';
import type { VerbContext } from '../../../src/services/verb-context';
import { gate, untilBlocked } from '../../support/blocked-statements';
import { ACCEPTED, createVerbWorld, DAY_MS, person, type VerbWorld } from '../../support/verb-world';

// Every race is walked, not waited for: one side stands still inside its transaction while the other one comes.
let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

/** A claim that has passed its gates, holds its locks and has not committed yet. */
async function heldClaim(input: ActInput, keyed = true) {
  const door = gate();
  const compose = async () => {
    await door.pass();
    return { ok: true as const, subject: null, body: 'Hello?', templateId: null };
  };
  const claim = world.act(input, (ctx) => claimNudge(ctx, input, { compose, keyed }));
  await door.reached;
  return { claim, open: door.open };
}

/** A verb that has done its work and has not committed yet. */
async function heldVerb<T>(id: string, work: (ctx: VerbContext) => Promise<T>) {
  const door = gate();
  const done = world.verb(id, async (ctx) => {
    const result = await work(ctx);
    await door.pass();
    return result;
  });
  await door.reached;
  return { done, open: door.open };
}

const say =
  (thread: Thread, text: string, direction: 'inbound' | 'outbound' = 'inbound') =>
  (ctx: VerbContext) =>
    recordMessage(ctx, thread.conversation.id, { direction, text });

describe('a reply and a claim', () => {
  test('the reply comes while the claim is committing: it waits, stops the episode and names the delivery', async () => {
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    const held = await heldClaim(input);
    const reply = world.say(thread, {});
    await untilBlocked(world.database);
    held.open();
    const claim = await held.claim;
    if (claim.kind !== 'call') throw new Error('the claim was first');
    expect(await reply).toMatchObject({
      effect: 'stopped',
      inFlight: [{ deliveryId: claim.nudge.deliveryId }],
    });
    expect(await world.record(input, ACCEPTED)).toMatchObject({
      status: 'sent',
      snapshot: { state: 'ended' },
    });
    expect((await world.read(thread)).conversation.stage).toBe('engaged');
  });

  test('the claim comes while the reply is committing: it waits, and nothing is called', async () => {
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    const held = await heldVerb(organizationId, say(thread, 'Yes'));
    const claim = world.claim(input);
    await untilBlocked(world.database);
    held.open();
    expect(await held.done).toMatchObject({ effect: 'stopped', inFlight: [] });
    expect(await claim).toMatchObject({
      kind: 'done',
      refusedBy: 'episode',
      snapshot: { stopReason: 'replied' },
    });
    expect(await world.verb(organizationId, ({ tx }) => tx.$count(deliveries))).toBe(0);
  });

  test('STOP in another conversation of the contact while the claim is committing names the delivery', async () => {
    const contact = person();
    const [one, two] = [
      await world.create(organizationId, { contact }),
      await world.create(organizationId, { contact }),
    ];
    const held = await heldClaim(await world.askWhenDue(one));
    const stop = world.say(two, { text: 'STOP' });
    await untilBlocked(world.database);
    held.open();
    await held.claim;
    expect(await stop).toMatchObject({
      effect: 'opted_out',
      inFlight: [{ conversationId: one.conversation.id }],
    });
    expect((await world.read(one)).episode.stopReason).toBe('opted_out');
  });
});

test('two claims under a cap of one: the second waits for the first, sees it, and is deferred', async () => {
  const id = await world.seed({ organization: { frequencyCap: { max: 1, perMs: DAY_MS } } });
  const contact = person();
  const [one, two] = [await world.create(id, { contact }), await world.create(id, { contact })];
  const [first, second] = [await world.askWhenDue(one), await world.ask(two)];
  const held = await heldClaim(first);
  const waiting = world.claim(second);
  await untilBlocked(world.database);
  held.open();
  expect((await held.claim).kind).toBe('call');
  expect(await waiting).toMatchObject({ kind: 'done', refusedBy: 'frequency_cap' });
});

test('two claims on a channel with a pace of one take two slots, not the same', async () => {
  const id = await world.seed({ pace: { max: 1, perMs: 60_000 } });
  const threads = [await world.create(id), await world.create(id)] as const;
  const first = await world.askWhenDue(threads[0]);
  const second = await world.ask(threads[1]);
  const held = await heldClaim(first);
  const waiting = world.claim(second);
  await untilBlocked(world.database);
  held.open();
  expect((await held.claim).kind).toBe('call');
  expect(await waiting).toMatchObject({ kind: 'done', refusedBy: 'channel_pace' });
});

test('what is written to the episode beside a record, without its locks, loses neither its own nor the count', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  await world.claim(input);
  // As a delivery to Temporal writes, and one that counted another nudge.
  const beside = await heldVerb(organizationId, ({ tx }) =>
    tx.update(episodes).set({ deliveredRevision: 7, nudgesSent: sql`${episodes.nudgesSent} + 1` }),
  );
  const recorded = world.record(input, ACCEPTED);
  await untilBlocked(world.database);
  beside.open();
  await beside.done;
  expect(await recorded).toMatchObject({ status: 'sent' });
  expect((await world.read(thread)).episode).toMatchObject({ nudgesSent: 2, deliveredRevision: 7 });
});

describe('STOP in two conversations of one contact at once', () => {
  test('the second waits for the first: one opt-out, no deadlock', async () => {
    const contact = person();
    const [one, two] = [
      await world.create(organizationId, { contact }),
      await world.create(organizationId, { contact }),
    ];
    const held = await heldVerb(organizationId, say(one, 'STOP'));
    const second = world.say(two, { text: 'STOP' });
    await untilBlocked(world.database);
    held.open();
    expect((await held.done).effect).toBe('opted_out');
    expect((await second).effect).toBe('none');
  });

  test('twenty times, unordered: both conversations end opted out', async () => {
    const rounds = Array.from({ length: 20 }, async () => {
      const contact = person();
      const [one, two] = [
        await world.create(organizationId, { contact }),
        await world.create(organizationId, { contact }),
      ];
      const effects = await Promise.all([
        world.once(organizationId, say(one, 'STOP')),
        world.once(organizationId, say(two, 'Stop.')),
      ]);
      const stages = [(await world.read(one)).conversation.stage, (await world.read(two)).conversation.stage];
      return { effects: effects.map(({ effect }) => effect).sort(), stages };
    });
    for (const round of await Promise.all(rounds)) {
      expect(round).toEqual({ effects: ['none', 'opted_out'], stages: ['opted_out', 'opted_out'] });
    }
  });
});

describe('send-now and the timer', () => {
  test('the timer was first: send-now waits and is told that the step is claimed', async () => {
    const thread = await world.create(organizationId);
    const held = await heldClaim(await world.askWhenDue(thread));
    const sent = world.verb(organizationId, (ctx) => sendNow(ctx, thread.conversation.id));
    const told = expect(sent).rejects.toMatchObject({
      code: 'conflict',
      detail: 'Step 1 is already claimed.',
    });
    await untilBlocked(world.database);
    held.open();
    expect((await held.claim).kind).toBe('call');
    await told;
  });

  test('send-now was first: the timer is superseded, and the step is called once, under the new fence', async () => {
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    const held = await heldVerb(organizationId, (ctx) => sendNow(ctx, thread.conversation.id));
    const timer = world.claim(input);
    await untilBlocked(world.database);
    held.open();
    await held.done;
    const superseded = await timer;
    if (superseded.kind !== 'done') throw new Error('called twice');
    expect(superseded.snapshot).toMatchObject({ next: { step: 1, dueAt: world.clock.now().toISOString() } });
    await world.send(thread);
    expect(await world.claim(input)).toMatchObject({ kind: 'done' });
    expect(await world.verb(organizationId, ({ tx }) => tx.$count(deliveries))).toBe(1);
  });
});

test('a resume and the end of its pause at once resume it once', async () => {
  const thread = await world.create(organizationId);
  await world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));
  const results = await Promise.all(
    [1, 2, 3].map(() => world.verb(organizationId, (ctx) => resumeConversation(ctx, thread.conversation.id))),
  );
  expect(new Set(results.map(({ conversation }) => conversation.fence)).size).toBe(1);
});

test('everything at once on four conversations of one contact ends without an error and with one truth', async () => {
  const contact = person();
  const threads = await Promise.all(
    Array.from({ length: 4 }, () => world.create(organizationId, { contact })),
  );
  const inputs = await Promise.all(threads.map((thread) => world.askWhenDue(thread)));
  const tolerant = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'conflict') return null;
      throw error;
    });
  const work = threads.flatMap((thread, i) => {
    const id = thread.conversation.id;
    const input = inputs[i];
    if (!input) throw new Error('no input');
    return [
      () => world.claim(input),
      () => world.once(organizationId, say(thread, `By the way ${i}`, 'outbound')),
      () => world.once(organizationId, (ctx) => pauseConversation(ctx, id)),
      () => world.once(organizationId, (ctx) => skipStep(ctx, id)),
      () => world.once(organizationId, say(thread, i === 2 ? 'STOP' : 'Yes')),
      () => world.claim(input),
      () => world.once(organizationId, (ctx) => createConversation(ctx, { contact })),
    ];
  });
  await Promise.all(work.map((run) => tolerant<unknown>(run())));
  for (const thread of threads) {
    expect((await world.read(thread)).conversation).toMatchObject({
      stage: 'opted_out',
      stopReason: 'opted_out',
    });
  }
});
