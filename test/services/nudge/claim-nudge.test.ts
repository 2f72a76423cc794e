import { channels, decisions, nudges } from '../../../src/db/schema';
import { WEEKDAYS } from '../../../src/domain/organization';
import {
  createVerbWorld,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  person,
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

const office = { days: [...WEEKDAYS], from: '08:00', to: '20:00' };
const inMs = (ms: number) => new Date(world.clock.now().getTime() + ms);
const decisionsOf = (id = organizationId) =>
  world.verb(id, ({ tx }) => tx.select().from(decisions).orderBy(decisions.id));

test('a claim stores the words, the open call, its deadline and every gate', async () => {
  const thread = await world.create(organizationId);
  const claim = await world.claim(await world.askWhenDue(thread));
  expect(claim).toMatchObject({ kind: 'call', nudge: { step: 1, message: 'Are you still there?' } });
  const rows = await world.verb(organizationId, async ({ tx }) => ({
    nudges: await tx.select().from(nudges),
    deliveries: (await tx.execute('select * from deliveries')).rows,
  }));
  expect(rows.nudges).toMatchObject([{ step: 1, stage: 'followup_10m', body: 'Are you still there?' }]);
  expect(rows.deliveries).toMatchObject([
    { status: 'claimed', call_open: true, attempts: 1, fence: thread.conversation.fence },
  ]);
  const [decision] = await decisionsOf();
  expect(decision).toMatchObject({ step: 1, verdict: 'send', at: world.clock.now() });
  expect(decision?.gates).toHaveLength(8);
});

test('a claim with a fence that has risen calls nobody and answers the present snapshot', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  await world.say(thread, { direction: 'outbound', text: 'One more thing' });
  const claim = await world.claim(input);
  const { conversation, episode } = await world.read(thread);
  expect(claim).toMatchObject({ kind: 'done', refusedBy: 'episode' });
  if (claim.kind !== 'done') throw new Error('called');
  expect(claim.snapshot).toMatchObject({
    revision: conversation.fence,
    state: 'waiting',
    next: { kind: 'nudge', step: 1, dueAt: episode.nextDueAt?.toISOString() },
  });
});

test.each([
  ['a reply', () => ({}), 'replied'],
  ['an opt-out word', () => ({ text: 'STOP' }), 'opted_out'],
])('after %s nothing of the episode can be claimed, by any fence', async (_, word, stopReason) => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  await world.say(thread, word());
  const { conversation } = await world.read(thread);
  for (let revision = input.revision; revision <= conversation.fence + 1; revision += 1) {
    const claim = await world.claim({ ...input, revision });
    expect(claim).toMatchObject({ kind: 'done', snapshot: { state: 'ended', stopReason, next: null } });
  }
});

test('an attempt that runs six hours late skips its step, it does not send', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  world.clock.advance(6 * HOUR_MS);
  const claim = await world.claim(input);
  expect(claim).toMatchObject({ kind: 'done', refusedBy: 'lateness' });
  // Steps 1 to 3 were planned for 09:10, 12:00 and 15:00; now it is 15:10.
  expect((await world.read(thread)).episode).toMatchObject({
    nextStep: 3,
    nextDueAt: new Date('2026-11-20T15:00:00Z'),
  });
  expect((await decisionsOf()).map(({ step, verdict }) => [step, verdict])).toEqual(
    expect.arrayContaining([
      [1, 'skip'],
      [2, 'skip'],
    ]),
  );
});

test('the workflow may be ahead of our clock, as after a skip of time: its time counts', async () => {
  const thread = await world.create(organizationId);
  const due = inMs(10 * MINUTE_MS).toISOString();
  const input = { ...(await world.ask(thread)), now: due, dueAt: due };
  await world.claim(input);
  await world.record(input, { outcome: 'accepted', providerId: null });
  expect((await world.read(thread)).episode.nextDueAt).toEqual(inMs(3 * HOUR_MS));
});

test('a step that falls due at night waits for the window and is not late in the morning', async () => {
  const id = await world.seed();
  world.clock.set('2026-11-20T19:55:00Z');
  const thread = await world.create(id);
  await world.verb(id, ({ tx }) =>
    tx.execute(`update organizations set send_window = '${JSON.stringify(office)}'::jsonb`),
  );
  const claim = await world.claim(await world.askWhenDue(thread));
  expect(claim).toMatchObject({ kind: 'done', refusedBy: 'send_window' });
  const morning = new Date('2026-11-21T08:00:00Z');
  expect((await world.read(thread)).episode).toMatchObject({ nextDueAt: morning, deferredBy: 'send_window' });
  await world.send(thread);
  expect((await world.read(thread)).episode).toMatchObject({ nextStep: 2, lastStepAt: morning });
});

test("a window is judged in the contact's zone, else the organization's", async () => {
  world.clock.set('2026-11-20T15:00:00Z');
  const id = await world.seed({ organization: { sendWindow: office, timeZone: 'America/New_York' } });
  const home = await world.create(id);
  const away = await world.create(id, { contact: { ...person(), timeZone: 'Asia/Tokyo' } });
  expect(home.episode).toMatchObject({ deferredBy: null });
  expect(away.episode).toMatchObject({
    deferredBy: 'send_window',
    nextDueAt: new Date('2026-11-20T23:00:00Z'),
  });
});

describe('the frequency cap', () => {
  const capped = () => world.seed({ organization: { frequencyCap: { max: 1, perMs: DAY_MS } } });

  test('counts the hand-overs of a contact over all conversations, and defers', async () => {
    const id = await capped();
    const contact = person();
    const [one, two] = [
      await world.create(id, { contact }),
      await world.create(id, { contact, channel: 'email' }),
    ];
    await world.send(one);
    const sentAt = world.clock.now();
    const claim = await world.claim(await world.askWhenDue(two), false);
    expect(claim).toMatchObject({ kind: 'done', refusedBy: 'frequency_cap' });
    expect((await world.read(two)).episode).toMatchObject({
      nextDueAt: new Date(sentAt.getTime() + DAY_MS),
      deferredBy: 'frequency_cap',
    });
    await world.send(two, false);
  });

  test.each([
    ['failed', { outcome: 'refused' as const, reason: 'HTTP 404' }, 'call'],
    ['unknown', { outcome: 'unanswered' as const, reason: 'timed out' }, 'done'],
  ])('a delivery that is %s: the next of the contact gets %s', async (_, outcome, kind) => {
    const id = await capped();
    const contact = person();
    const [one, two] = [await world.create(id, { contact }), await world.create(id, { contact })];
    const input = await world.askWhenDue(one);
    await world.claim(input, false);
    await world.record(input, outcome, false);
    expect((await world.claim(await world.askWhenDue(two))).kind).toBe(kind);
  });

  test('spares other contacts', async () => {
    const id = await capped();
    await world.send(await world.create(id));
    await world.send(await world.create(id));
  });
});

describe('the pace of a channel', () => {
  const slots = async (id: string) => {
    const rows = await world.verb(id, ({ tx }) => tx.select().from(nudges).orderBy(nudges.slotAt));
    return rows.map(({ slotAt }) => slotAt?.getTime() ?? 0);
  };

  test('gives each nudge a slot of its own, stored and honoured on waking', async () => {
    const id = await world.seed({ pace: { max: 2, perMs: 10_000 } });
    const threads = await Promise.all([1, 2, 3].map(() => world.create(id)));
    world.clock.advance(10 * MINUTE_MS);
    const asked = await Promise.all(threads.map((thread) => world.ask(thread)));
    const first = await Promise.all(asked.map((input) => world.claim(input)));
    expect(first.map(({ kind }) => kind).sort()).toEqual(['call', 'done', 'done']);
    const begin = world.clock.now().getTime();
    expect(await slots(id)).toEqual([begin, begin + 5_000, begin + 10_000]);
    world.clock.advance(5_000);
    const second = await Promise.all(asked.map((input) => world.claim(input)));
    const called = second.filter(({ kind }) => kind === 'call');
    // The first one's repeat and the one whose slot has come; the third still waits.
    expect(called).toHaveLength(2);
    expect(await slots(id)).toEqual([begin, begin + 5_000, begin + 10_000]);
  });

  test('moves to a fresh slot when its own went by unused', async () => {
    const id = await world.seed({ pace: { max: 1, perMs: 30_000 } });
    const [one, two] = [await world.create(id), await world.create(id)];
    await world.send(one);
    await world.claim(await world.askWhenDue(two));
    world.clock.advance(30 * MINUTE_MS);
    await world.send(two);
    expect((await slots(id)).at(-1)).toBe(world.clock.now().getTime());
  });

  test('of one channel leaves the other alone', async () => {
    const id = await world.seed();
    await world.verb(id, ({ tx }) =>
      tx.update(channels).set({ paceMax: 1, pacePerMs: HOUR_MS }).where(undefined),
    );
    await world.send(await world.create(id, { channel: 'webhook' }));
    await world.send(await world.create(id, { channel: 'email' }), false);
  });
});

test('an organization that is paused holds what falls due, and looks again six hours later', async () => {
  const thread = await world.create(organizationId);
  await world.verb(organizationId, ({ tx }) => tx.execute('update organizations set paused = true'));
  expect(await world.claim(await world.askWhenDue(thread))).toMatchObject({ refusedBy: 'paused' });
  expect((await world.read(thread)).episode).toMatchObject({
    nextDueAt: inMs(6 * HOUR_MS),
    deferredBy: 'organization_paused',
  });
  await world.verb(organizationId, ({ tx }) => tx.execute('update organizations set paused = false'));
  await world.send(thread);
});

test('a text that cannot be made skips the step with its reason, and the ladder goes on', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  const claim = await world.claim(input, true, { ok: false, reason: 'line 3: unknown tag' });
  expect(claim).toMatchObject({ kind: 'done', refusedBy: 'text', snapshot: { next: { step: 2 } } });
  const [decision] = await decisionsOf();
  expect(decision).toMatchObject({ verdict: 'skip', nextAt: new Date('2026-11-20T12:00:00Z') });
  expect(decision?.gates.at(-1)).toMatchObject({ gate: 'text', input: { reason: 'line 3: unknown tag' } });
  expect(await world.verb(organizationId, ({ tx }) => tx.$count(nudges))).toBe(0);
});

test('an opt-out that did not reach its conversation is caught by its gate, which ends the episode', async () => {
  const thread = await world.create(organizationId);
  await world.verb(organizationId, ({ tx }) => tx.execute("update contacts set opt_outs = '{webhook}'"));
  const claim = await world.claim(await world.askWhenDue(thread));
  expect(claim).toMatchObject({ kind: 'done', refusedBy: 'opt_out', snapshot: { stopReason: 'opted_out' } });
  expect((await world.read(thread)).conversation.stage).toBe('opted_out');
});

test('a step is claimed once, however many workers ask at once', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  const claims = await Promise.all(Array.from({ length: 8 }, () => world.claim(input, false)));
  expect(claims.filter(({ kind }) => kind === 'call')).toHaveLength(1);
});
