import { deliveries } from '../../../src/db/schema';
import { lockThread, type EpisodeThread } from '../../../src/services/conversation/thread';
import { settleDelivery } from '../../../src/services/nudge/settle-delivery';
import { purgeExpired } from '../../../src/services/reconcile/purge-expired';
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

describe.each([
  ['with a key', true],
  ['without a key', false],
])('one call on a channel %s', (_, keyed) => {
  test('accepted: sent, counted, stage moved, next step planned', async () => {
    const { thread, input } = await claimed(keyed);
    const result = await world.record(input, ACCEPTED, keyed);
    expect(result).toMatchObject({ kind: 'done', status: 'sent', snapshot: { next: { step: 2 } } });
    expect(await delivery()).toMatchObject({
      status: 'sent',
      callOpen: false,
      final: true,
      providerId: 'provider-1',
    });
    const { conversation, episode } = await world.read(thread);
    expect(conversation.stage).toBe('followup_10m');
    expect(episode).toMatchObject({ nudgesSent: 1, lastStepAt: world.clock.now() });
  });

  test('refused: failed, the step is used up, the stage stays', async () => {
    const { thread, input } = await claimed(keyed);
    expect(await world.record(input, REFUSED, keyed)).toMatchObject({ kind: 'done', status: 'failed' });
    expect(await delivery()).toMatchObject({ status: 'failed', reason: 'HTTP 404', final: true });
    const { conversation, episode } = await world.read(thread);
    expect(conversation.stage).toBe('new');
    expect(episode).toMatchObject({ nudgesSent: 0, nextStep: 2 });
  });

  test('busy, then accepted: the same delivery, called twice', async () => {
    const { thread, input, deliveryId } = await claimed(keyed);
    expect(await world.record(input, BUSY, keyed)).toMatchObject({ kind: 'retry', afterMs: 1_000 });
    expect(await delivery()).toMatchObject({ status: 'claimed', callOpen: false });
    world.clock.advance(1_000);
    const again = await world.claim(input, keyed);
    expect(again).toMatchObject({ kind: 'call', nudge: { deliveryId } });
    await world.record(input, ACCEPTED, keyed);
    expect(await delivery()).toMatchObject({ status: 'sent', attempts: 2, unanswered: false });
    expect(await nextStep(thread)).toBe(2);
  });

  test('busy until the deadline: failed', async () => {
    const { thread, input } = await claimed(keyed);
    for (let calls = 1; calls < 60; calls += 1) {
      const result = await world.record(input, BUSY, keyed);
      if (result.kind === 'done') break;
      world.clock.advance(result.afterMs);
      await world.claim(input, keyed);
    }
    expect(await delivery()).toMatchObject({ status: 'failed', reason: 'HTTP 503' });
    expect(world.clock.now().getTime()).toBeLessThanOrEqual((await delivery()).deadlineAt.getTime());
    expect(await nextStep(thread)).toBe(2);
  });

  test('busy, and the attempt that would repeat comes after the deadline: failed, not called', async () => {
    const { input } = await claimed(keyed);
    await world.record(input, BUSY, keyed);
    world.clock.advance(15 * MINUTE_MS);
    expect((await world.claim(input, keyed)).kind).toBe('done');
    expect((await delivery()).status).toBe('failed');
  });

  test('recorded twice: nothing changes the second time', async () => {
    const { input } = await claimed(keyed);
    const first = await world.record(input, ACCEPTED, keyed);
    const before = await delivery();
    world.clock.advance(MINUTE_MS);
    expect(await world.record(input, REFUSED, keyed)).toEqual(first);
    expect(await delivery()).toEqual(before);
    const { rows } = await world.verb(organizationId, ({ tx }) =>
      tx.execute('select nudges_sent from episodes'),
    );
    expect(rows).toEqual([{ nudges_sent: 1 }]);
  });

  test('recorded by two workers at once: counted once', async () => {
    const { thread, input } = await claimed(keyed);
    await Promise.all([1, 2, 3, 4].map(() => world.record(input, ACCEPTED, keyed)));
    expect((await world.read(thread)).episode).toMatchObject({ nudgesSent: 1, nextStep: 2 });
  });
});

test('a delivery is settled once, whoever else holds it for claimed', async () => {
  const { input } = await claimed(true);
  const row = await delivery();
  const settle = (status: 'sent' | 'failed') =>
    world.act(input, async (ctx) =>
      settleDelivery(ctx, await lockThread(ctx, input.conversationId), row, {
        status,
        providerId: null,
        reason: null,
      }),
    );
  expect(await settle('sent')).toBe(true);
  expect(await settle('failed')).toBe(false);
  expect((await delivery()).status).toBe('sent');
});

describe('a call that nobody answered', () => {
  test('with a key is repeated with it', async () => {
    const { thread, input, deliveryId } = await claimed(true);
    expect((await world.record(input, UNANSWERED)).kind).toBe('retry');
    world.clock.advance(1_000);
    expect(await world.claim(input)).toMatchObject({ kind: 'call', nudge: { deliveryId } });
    expect(await delivery()).toMatchObject({ unanswered: true, callOpen: true });
    await world.record(input, ACCEPTED);
    expect((await delivery()).status).toBe('sent');
    expect(await nextStep(thread)).toBe(2);
  });

  test('without a key is unknown, moves the stage and is never repeated', async () => {
    const { thread, input } = await claimed(false);
    expect(await world.record(input, UNANSWERED, false)).toMatchObject({ kind: 'done', status: 'unknown' });
    expect(await world.claim(input, false)).toMatchObject({ kind: 'done', snapshot: { next: { step: 2 } } });
    expect(await delivery()).toMatchObject({ status: 'unknown', final: false, attempts: 1 });
    expect((await world.read(thread)).conversation.stage).toBe('followup_10m');
  });

  test('until the deadline: unknown, since one of the calls may have been accepted', async () => {
    const { input } = await claimed(true);
    await world.record(input, UNANSWERED);
    for (let calls = 1; calls < 60; calls += 1) {
      world.clock.advance(MINUTE_MS);
      if ((await world.claim(input)).kind === 'done') break;
      if ((await world.record(input, BUSY)).kind === 'done') break;
    }
    expect((await delivery()).status).toBe('unknown');
  });

  test('and then refused: unknown, for the same reason', async () => {
    const { input } = await claimed(true);
    await world.record(input, UNANSWERED);
    world.clock.advance(1_000);
    await world.claim(input);
    await world.record(input, REFUSED);
    expect(await delivery()).toMatchObject({ status: 'unknown', reason: 'HTTP 404' });
  });

  test('is final after a day', async () => {
    const { input } = await claimed(false);
    await world.record(input, UNANSWERED, false);
    world.clock.advance(DAY_MS);
    await purgeExpired(world.system, world.clock.now());
    expect((await delivery()).final).toBe(false);
    world.clock.advance(1);
    const { settledUnknown } = await purgeExpired(world.system, world.clock.now());
    expect(settledUnknown).toBeGreaterThan(0);
    expect((await delivery()).final).toBe(true);
    expect(await purgeExpired(world.system, world.clock.now())).toMatchObject({ settledUnknown: 0 });
  });
});

describe('an attempt that died', () => {
  test('after the claim: with a key the call is made again with it', async () => {
    const { input, deliveryId } = await claimed(true);
    const again = await world.claim(input);
    expect(again).toMatchObject({ kind: 'call', nudge: { deliveryId, message: 'Are you still there?' } });
    expect(await delivery()).toMatchObject({ unanswered: true, attempts: 2 });
  });

  test('after the claim: without a key it is unknown and not called', async () => {
    const { input } = await claimed(false);
    expect((await world.claim(input, false)).kind).toBe('done');
    expect(await delivery()).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('interrupted'),
    });
  });

  test('after the record: the next attempt finds the step done', async () => {
    const { input } = await claimed(true);
    await world.record(input, ACCEPTED);
    expect(await world.claim(input)).toMatchObject({ kind: 'done', snapshot: { next: { step: 2 } } });
  });

  test('a late answer of an attempt that was given up changes nothing of what was settled', async () => {
    const { input } = await claimed(false);
    await world.claim(input, false);
    await world.record(input, ACCEPTED, false);
    expect((await delivery()).status).toBe('unknown');
  });
});
