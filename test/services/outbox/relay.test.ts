import { setTimeout as delay } from 'node:timers/promises';
import { outbox } from '../../../src/db/schema';
import { LANES } from '../../../src/services/conversation/change-thread';
import { createConversation } from '../../../src/services/conversation/create-conversation';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import {
  leasePatientStarts,
  leaseRows,
  readPressure,
  returnRow,
} from '../../../src/services/outbox/outbox-queue';
import { startRelay, type Relay } from '../../../src/services/outbox/relay';
import { createStartPace, type StartPace } from '../../../src/services/outbox/start-pace';
import { gate } from '../../support/blocked-statements';
import { scriptedEngine } from '../../support/scripted-engine';
import { statementsOf } from '../../support/statements';
import { createVerbWorld, DAY_MS, MINUTE_MS, person, type VerbWorld } from '../../support/verb-world';
import { waitFor } from '../../support/wait-for';

let world: VerbWorld;
let organizationId: string;
let engine: ReturnType<typeof scriptedEngine>;
const relays: Relay[] = [];
const errors: unknown[] = [];
beforeEach(async () => {
  world = await createVerbWorld();
  organizationId = await world.seed();
  engine = scriptedEngine();
  errors.length = 0;
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  await world.close();
});

function relay(pace = createStartPace(1_000, () => Date.now())): Relay {
  const started = startRelay({
    database: world.database,
    system: world.system,
    engine: engine.client,
    pace,
    onError: (error) => errors.push(error),
    onPressure: () => undefined,
  });
  relays.push(started);
  return started;
}
const rowCount = () => world.verb(organizationId, ({ tx }) => tx.$count(outbox));
const empty = () => waitFor('the outbox to be empty', async () => (await rowCount()) === 0);
const available = () =>
  world.verb(organizationId, ({ tx }) =>
    tx.execute("update outbox set available_at = now() - interval '1 s'"),
  );
const import_ = (count: number) =>
  world.verb(organizationId, async (ctx) => {
    for (let i = 0; i < count; i += 1) await createConversation(ctx, { contact: person() }, LANES.bulk);
  });
async function createDueIn(delayMs: number) {
  const steps = [{ delayMs, template: 'followup-10m', stage: 'followup' as const }];
  organizationId = await world.seed({ ladder: { steps, ghostAfterMs: DAY_MS } });
  return world.create(organizationId);
}
const pause = (thread: EpisodeThread) =>
  world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id));

test('delivers right after the commit what the request has touched', async () => {
  const running = relay();
  const thread = await world.create(organizationId);
  const asked = await statementsOf(async () => {
    running.deliverSoon(world.touched.splice(0));
    await empty();
  });
  expect(engine.calls).toMatchObject([{ kind: 'start', conversationId: thread.conversation.id }]);
  expect(asked).not.toContain('episode_to_deliver');
});

test('takes over by itself, two seconds later, what nobody delivered', async () => {
  await world.create(organizationId);
  relay();
  await empty();
  expect(engine.calls).toHaveLength(1);
});

test('two relays at once deliver each row once', async () => {
  await import_(60);
  relay();
  relay();
  await empty();
  expect(engine.calls).toHaveLength(60);
  expect(new Set(engine.calls.map(({ conversationId }) => conversationId)).size).toBe(60);
  expect(errors).toEqual([]);
});

test('a change never waits behind bulk starts, not even behind ones that hang', async () => {
  const thread = await world.create(organizationId);
  relay().deliverSoon(world.touched.splice(0));
  await empty();
  const door = gate();
  engine.hooks.before = ({ kind }) => (kind === 'start' ? door.pass() : undefined);
  await import_(40);
  await door.reached;
  await pause(thread);
  await available();
  await waitFor('the change to arrive', () => engine.calls.some(({ kind }) => kind === 'signal'));
  door.open();
  await empty();
});

test('a live start that is not due soon gives way, for a minute at most', async () => {
  const pace = createStartPace(1_000, () => Date.now());
  let rounds = 0;
  const take: StartPace['take'] = (wanted, kind) => {
    rounds += 1;
    return kind === 'live' ? wanted : 0;
  };
  const soon = await createDueIn(2 * MINUTE_MS);
  const far = await createDueIn(2 * MINUTE_MS + 1);
  relay({ ...pace, take }).deliverSoon(world.touched.splice(0));
  await waitFor('many rounds', () => rounds >= 20);
  const started = () => engine.calls.map(({ conversationId }) => conversationId);
  expect(started()).toEqual([soon.conversation.id]);
  await world.verb(organizationId, ({ tx }) =>
    tx.execute("update outbox set available_at = available_at - interval '60 s'"),
  );
  await empty();
  expect(started()).toEqual([soon.conversation.id, far.conversation.id]);
});

test('starts are taken at their pace, live ones before bulk ones', async () => {
  await import_(30);
  const live = await world.create(organizationId);
  await available();
  relay(createStartPace(4, () => Date.now()));
  await waitFor('three starts', () => engine.calls.length >= 3);
  const order = engine.calls.map(({ conversationId }) => conversationId);
  // Half a second of starts, two of them, go out at once.
  expect([0, 1]).toContain(order.indexOf(live.conversation.id));
  expect(await rowCount()).toBeGreaterThan(20);
});

test('an idle relay leaves the starts of its pace to the requests', async () => {
  const pace = createStartPace(4, () => Date.now());
  let rounds = 0;
  const take: StartPace['take'] = (wanted, kind) => {
    rounds += 1;
    return pace.take(wanted, kind);
  };
  const running = relay({ ...pace, take });
  await waitFor('a few rounds over an empty outbox', () => rounds >= 6);
  await world.create(organizationId);
  running.deliverSoon(world.touched.splice(0));
  await waitFor('the start', () => engine.calls.length === 1, 400);
});

test('bulk starts slow down when starts take much longer than at rest, though no nudge is late', async () => {
  const pace = createStartPace(200, () => Date.now());
  await import_(1);
  relay(pace);
  await empty();
  // A Temporal this slow is so on any machine that runs the test.
  engine.hooks.before = () => delay(2_000);
  await import_(5);
  await waitFor('bulk starts to slow down', () => pace.bulkPerSecond() < 100);
});

test('what fails is told, comes back soon and goes through when Temporal is back', async () => {
  engine.hooks.before = () => {
    throw new Error('14 UNAVAILABLE');
  };
  const running = relay();
  await world.create(organizationId);
  running.deliverSoon(world.touched.splice(0));
  await waitFor('three failures', () => errors.length >= 3);
  expect(await rowCount()).toBe(1);
  engine.hooks.before = () => undefined;
  await empty();
  expect(engine.running.size).toBe(1);
});

test('one row that always fails holds up no other', async () => {
  const sick = await world.create(organizationId);
  const well = await world.create(organizationId);
  engine.hooks.before = ({ conversationId }) => {
    if (conversationId === sick.conversation.id) throw new Error('poison');
  };
  relay();
  await waitFor('the other to be started', () => engine.running.size === 1);
  expect([...engine.running.keys()][0]).toContain(well.conversation.id);
});

test('closing waits for the deliveries under way', async () => {
  const door = gate();
  engine.hooks.before = () => door.pass();
  const running = relay();
  await world.create(organizationId);
  running.deliverSoon(world.touched.splice(0));
  await door.reached;
  let closed = false;
  const closing = running.close().then(() => (closed = true));
  expect(closed).toBe(false);
  door.open();
  await closing;
  expect(await rowCount()).toBe(0);
});

describe('the queue', () => {
  test('leases a row to one, and gives it back when the lease is over', async () => {
    await import_(1);
    expect(await leaseRows(world.system, [LANES.bulk], 10)).toHaveLength(1);
    expect(await leaseRows(world.system, [LANES.bulk], 10)).toEqual([]);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute("update outbox set available_at = available_at - interval '30 s'"),
    );
    expect(await leaseRows(world.system, [LANES.bulk], 10)).toHaveLength(1);
  });

  test('leases a start that is not due soon before its minute is over, but not while its request has it, and once', async () => {
    const far = await createDueIn(10 * MINUTE_MS);
    const early = () => leasePatientStarts(world.system, 10);
    expect(await early()).toEqual([]);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute("update outbox set created_at = created_at - interval '3 s'"),
    );
    expect(await leaseRows(world.system, [LANES.start], 10)).toEqual([]);
    expect(await early()).toMatchObject([{ conversationId: far.conversation.id }]);
    expect(await early()).toEqual([]);
  });

  test('eight at once lease every row once', async () => {
    await import_(40);
    const leases = await Promise.all(
      Array.from({ length: 8 }, () => leaseRows(world.system, [LANES.bulk], 10)),
    );
    const ids = leases.flat().map(({ conversationId }) => conversationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(40);
  });

  test('a row that failed waits longer each time, five seconds at most', async () => {
    await import_(1);
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      await available();
      const [ref] = await leaseRows(world.system, [LANES.bulk], 1);
      if (!ref) throw new Error('nothing leased');
      await returnRow(world.system, ref);
      const { rows } = await world.verb(organizationId, ({ tx }) =>
        tx.execute<{ wait: number }>(
          'select extract(epoch from available_at - now())::float8 as wait from outbox',
        ),
      );
      waits.push(Math.round((rows[0]?.wait ?? 0) * 10) / 10);
    }
    expect(waits.slice(0, 4)).toEqual([0.5, 1, 2, 4]);
    expect(Math.max(...waits)).toBe(5);
  });

  test('a change of an episode whose start waits goes before all starts', async () => {
    await import_(5);
    const thread = await world.create(organizationId);
    await pause(thread);
    await available();
    const first = await leaseRows(world.system, [LANES.change, LANES.start, LANES.bulk], 1);
    expect(first).toMatchObject([{ conversationId: thread.conversation.id }]);
  });

  test('tells how old it is, and how many nudges of running workflows are late by a moment', async () => {
    await import_(3);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute(`update outbox set created_at = now() - interval '90 s'`),
    );
    const late = "update episodes set next_due_at = now() - interval '2 s' where conversation_id = ";
    const [one] = await leaseRows(world.system, [LANES.bulk], 1);
    await world.verb(organizationId, ({ tx }) => tx.execute(`${late}'${one?.conversationId ?? ''}'`));
    expect((await readPressure(world.system)).lateEpisodes).toBe(0);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute('update episodes set delivered_revision = revision'),
    );
    const pressure = await readPressure(world.system);
    expect(pressure).toMatchObject({ rows: 3, lateEpisodes: 1 });
    expect(pressure.oldestSeconds).toBeGreaterThanOrEqual(90);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute(`update episodes set next_due_at = now() - interval '10 min'`),
    );
    expect((await readPressure(world.system)).lateEpisodes).toBe(0);
  });
});
