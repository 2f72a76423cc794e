import { ApplicationFailure } from '@temporalio/activity';
import type { ActInput } from '../../src/contracts/conversation-workflow';
import { makeSendNudge } from '../../src/activities/send-nudge';
import { deliveries, templates } from '../../src/db/schema';
import { createTextGenerator } from '../../src/generation/liquid';
import type { ChannelPort } from '../../src/services/ports';
import { failingDatabase } from '../support/failing-database';
import { inActivity } from '../support/in-activity';
import { heldAnswer, scriptedChannel } from '../support/scripted-channel';
import { BUSY, createVerbWorld, HOUR_MS, MINUTE_MS, UNANSWERED, type VerbWorld } from '../support/verb-world';

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

/** The send over real services, with a provider and a database that the test can upset. */
function engine() {
  const webhook = scriptedChannel('webhook');
  const email = scriptedChannel('email');
  const { database, failNext } = failingDatabase(world.database);
  const refused: string[] = [];
  const channels: Record<'webhook' | 'email', ChannelPort> = { webhook, email };
  const sendNudge = makeSendNudge({
    database,
    clock: world.clock,
    texts: createTextGenerator(),
    secrets: { seal: (plain) => plain, open: (sealed) => sealed },
    channels,
    metrics: {
      settled: () => undefined,
      refused: (gate) => refused.push(gate),
      providerCalled: () => undefined,
      secretUnreadable: () => undefined,
    },
  });
  const send = (input: ActInput, attempt = 1) => inActivity(() => sendNudge(input), attempt);
  return { webhook, email, channels, failNext, refused, send };
}
const delivery = async () => {
  const [row] = await world.verb(organizationId, ({ tx }) => tx.select().from(deliveries));
  return row;
};

test('a nudge is composed, claimed, sent and recorded, and the next step comes back', async () => {
  const { webhook, send } = engine();
  const thread = await world.create(organizationId, { variables: { product: 'boiler service' } });
  const snapshot = await send(await world.askWhenDue(thread));
  expect(snapshot).toMatchObject({
    state: 'waiting',
    next: { kind: 'nudge', step: 2, label: 'step 2 of 3: 3h nudge' },
  });
  expect(webhook.calls).toHaveLength(1);
  expect(webhook.calls[0]?.nudge).toMatchObject({
    step: 1,
    episode: 1,
    stage: 'followup_10m',
    subject: 'About boiler service',
    message: 'Hello Ada, this is followup-10m.',
    to: { name: 'Ada', email: 'ada@example.com', timeZone: 'UTC', locale: 'en' },
    metadata: { product: 'boiler service' },
  });
  expect(await delivery()).toMatchObject({ status: 'sent', id: webhook.calls[0]?.nudge.deliveryId });
});

describe('the provider says yes, and then we cannot write', () => {
  test('for a moment: the attempt waits, and the provider is called once', async () => {
    const { webhook, failNext, send } = engine();
    const thread = await world.create(organizationId);
    webhook.script.push(async () => {
      failNext(2);
      return { outcome: 'accepted', providerId: null };
    });
    await send(await world.askWhenDue(thread));
    expect(webhook.calls).toHaveLength(1);
    expect((await delivery())?.status).toBe('sent');
  });

  test('until the attempt dies: a channel with a key is called again with the same key', async () => {
    const { webhook, failNext, send } = engine();
    const thread = await world.create(organizationId);
    webhook.script.push(async () => {
      failNext(4);
      return { outcome: 'accepted', providerId: null };
    });
    const input = await world.askWhenDue(thread);
    await expect(send(input)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await delivery()).toMatchObject({ status: 'claimed', callOpen: true });
    expect(await send(input, 2)).toMatchObject({ next: { step: 2 } });
    const keys = webhook.calls.map(({ nudge }) => `${nudge.deliveryId} ${nudge.message}`);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await delivery()).toMatchObject({ status: 'sent', attempts: 2 });
  });

  test('until the attempt dies: one without a key is unknown and never called again', async () => {
    const { email, failNext, send } = engine();
    const thread = await world.create(organizationId, { channel: 'email' });
    email.script.push(async () => {
      failNext(4);
      return { outcome: 'accepted', providerId: null };
    });
    const input = await world.askWhenDue(thread);
    await expect(send(input)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await send(input, 2)).toMatchObject({ next: { step: 2 } });
    expect(email.calls).toHaveLength(1);
    expect((await delivery())?.status).toBe('unknown');
  });
});

test('busy is tried again after a while that the server keeps, with the same key', async () => {
  const { webhook, send } = engine();
  const thread = await world.create(organizationId);
  webhook.script.push({ outcome: 'busy', reason: 'HTTP 429', retryAfterMs: 7_000 });
  const input = await world.askWhenDue(thread);
  const failure = await send(input).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'ProviderBusy', nonRetryable: false, nextRetryDelay: 7_000 });
  world.clock.advance(7_000);
  await send(input, 2);
  expect(new Set(webhook.calls.map(({ nudge }) => nudge.deliveryId)).size).toBe(1);
  expect(webhook.calls).toHaveLength(2);
});

test('a reply during the call is kept, and the call is not repeated', async () => {
  const { webhook, send } = engine();
  const thread = await world.create(organizationId);
  const held = heldAnswer();
  webhook.script.push(held.script);
  const sending = send(await world.askWhenDue(thread));
  const { nudge } = await held.arrived;
  const { effect, inFlight } = await world.say(thread, {});
  expect({ effect, ids: inFlight.map(({ deliveryId }) => deliveryId) }).toEqual({
    effect: 'stopped',
    ids: [nudge.deliveryId],
  });
  held.answer(UNANSWERED);
  expect(await sending).toMatchObject({ state: 'ended', stopReason: 'replied', next: null });
  expect((await delivery())?.status).toBe('unknown');
});

test('an attempt that begins six hours late calls nobody and skips', async () => {
  const { webhook, refused, send } = engine();
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  world.clock.advance(6 * HOUR_MS);
  expect(await send(input, 3)).toMatchObject({ next: { step: 3 } });
  expect(webhook.calls).toEqual([]);
  expect(refused).toEqual(['lateness']);
});

describe('a channel without a free place', () => {
  const without = (waitMs: number) => {
    const made = engine();
    made.channels.webhook = { ...made.webhook, reserve: () => ({ waitMs }) };
    return made;
  };

  test('is waited for before anything is claimed', async () => {
    const { webhook, send } = without(30_000);
    const thread = await world.create(organizationId);
    const failure = await send(await world.askWhenDue(thread)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'ChannelBusy', nextRetryDelay: 30_000 });
    expect(await delivery()).toBeUndefined();
    expect(webhook.calls).toEqual([]);
    expect((await world.say(thread, {})).inFlight).toEqual([]);
  });

  test('is not waited for by a step that is too late by now', async () => {
    const { refused, send } = without(30_000);
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    world.clock.advance(2 * HOUR_MS);
    expect(await send(input, 9)).toMatchObject({ next: { step: 2 } });
    expect(refused).toEqual(['lateness']);
  });

  test('is not waited for by an episode that has ended', async () => {
    const { send } = without(30_000);
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    await world.say(thread, {});
    expect(await send(input)).toMatchObject({ state: 'ended', stopReason: 'replied' });
  });

  test('lets the ladder come to its end when it stays away for good', async () => {
    const { send } = without(60_000);
    const thread = await world.create(organizationId);
    for (let attempt = 1; attempt < 200; attempt += 1) {
      const { episode } = await world.read(thread);
      if (episode.nextKind === 'ghost') break;
      await send(await world.askWhenDue(thread), attempt).catch(() => world.clock.advance(10 * MINUTE_MS));
    }
    expect((await world.read(thread)).episode).toMatchObject({ nextKind: 'ghost', nudgesSent: 0 });
  });

  test('that is only full is waited for within the attempt', async () => {
    const made = engine();
    let asked = 0;
    const { reserve } = made.webhook;
    made.channels.webhook = {
      ...made.webhook,
      reserve: (key) => ((asked += 1) < 3 ? { waitMs: 5 } : reserve(key)),
    };
    const thread = await world.create(organizationId);
    expect(await made.send(await world.askWhenDue(thread))).toMatchObject({ next: { step: 2 } });
    expect(asked).toBe(3);
  });
});

describe('one bad thing harms one step', () => {
  const reasons = async () => {
    const { rows } = await world.verb(organizationId, ({ tx }) =>
      tx.execute<{ reason: string }>(
        `select gates->-1->'input'->>'reason' as reason from decisions order by id`,
      ),
    );
    return rows.map(({ reason }) => reason);
  };

  test('a template that cannot be rendered skips it with the reason, and the ladder goes on', async () => {
    const { webhook, send } = engine();
    const thread = await world.create(organizationId);
    await world.verb(organizationId, ({ tx }) =>
      tx.update(templates).set({ body: '{% for x in (1..100000000) %}{{ x }}{% endfor %}' }).where(undefined),
    );
    expect(await send(await world.askWhenDue(thread))).toMatchObject({ next: { step: 2 } });
    expect(webhook.calls).toEqual([]);
    expect(await reasons()).toEqual([expect.any(String)]);
  });

  test('a template that is gone does too', async () => {
    const { send } = engine();
    const thread = await world.create(organizationId);
    await world.verb(organizationId, ({ tx }) => tx.execute("update templates set name = 'old-' || name"));
    expect(await send(await world.askWhenDue(thread))).toMatchObject({ next: { step: 2 } });
    expect(await reasons()).toEqual(['there is no template "followup-10m"']);
  });

  test('a channel that is not configured any more does too', async () => {
    const { send } = engine();
    const thread = await world.create(organizationId);
    await world.verb(organizationId, ({ tx }) => tx.execute('delete from channels'));
    expect(await send(await world.askWhenDue(thread))).toMatchObject({ next: { step: 2 } });
    expect(await reasons()).toEqual(['the channel is not configured']);
  });

  test('an error that nobody knows is tried ten times; then the delivery is unknown and the ladder goes on', async () => {
    const { webhook, send } = engine();
    const thread = await world.create(organizationId);
    const input = await world.askWhenDue(thread);
    const bug = () => Promise.reject(new TypeError('a bug in a channel'));
    webhook.script.push(bug, bug);
    await expect(send(input, 9)).rejects.toThrow('a bug in a channel');
    expect(await send(input, 10)).toMatchObject({ next: { step: 2 } });
    expect((await delivery())?.status).toBe('unknown');
  });

  test('a database that is away is no such error: it is waited for, however long', async () => {
    const { failNext, send } = engine();
    const thread = await world.create(organizationId);
    failNext(1);
    await expect(send(await world.askWhenDue(thread), 50)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await delivery()).toBeUndefined();
  });
});

test('the pace of the channel holds the second of two back', async () => {
  organizationId = await world.seed({ pace: { max: 1, perMs: HOUR_MS } });
  const { webhook, refused, send } = engine();
  const threads = [await world.create(organizationId), await world.create(organizationId)];
  for (const thread of threads) await send(await world.askWhenDue(thread));
  expect(webhook.calls).toHaveLength(1);
  expect(refused).toEqual(['channel_pace']);
});

test('a place is given back whatever happens', async () => {
  const made = engine();
  const released: unknown[] = [];
  made.channels.webhook = {
    ...made.webhook,
    reserve: () => ({ release: (outcome) => released.push(outcome?.outcome) }),
  };
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  made.webhook.script.push(BUSY, () => Promise.reject(new TypeError('bug')));
  await made.send(input).catch(() => undefined);
  await made.send(input, 2).catch(() => undefined);
  await made.send(input, 3);
  await made.send(input, 4);
  expect(released).toEqual(['busy', undefined, 'accepted', undefined]);
});
