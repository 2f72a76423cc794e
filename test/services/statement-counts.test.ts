import { makeSendNudge } from '../../src/activities/send-nudge';
import { createTextGenerator } from '../../src/generation/liquid';
import { deliverTouched } from '../../src/services/outbox/deliver-episode';
import { inActivity } from '../support/in-activity';
import { scriptedChannel } from '../support/scripted-channel';
import { scriptedEngine } from '../support/scripted-engine';
import { roundTripsOf, statementsOf } from '../support/statements';
import { createVerbWorld, type VerbWorld } from '../support/verb-world';

// Near the limit of a machine each statement counts, here and in PostgreSQL: these figures only go down.
let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

test('a start is 17 statements: 12 of the verb, 5 of the delivery', async () => {
  const create = await statementsOf(() => world.create(organizationId, { externalId: 'crm-1' }));
  expect(create).toHaveLength(12);
  const engine = scriptedEngine().client;
  const [touched] = world.touched.splice(0);
  if (!touched) throw new Error('nothing was touched');
  const deliver = await statementsOf(() =>
    deliverTouched({ database: world.database, engine, mayStart: () => true }, touched),
  );
  expect(deliver).toHaveLength(5);
});

describe('a nudge', () => {
  const readyToSend = async (id: string) => {
    const sendNudge = makeSendNudge({
      database: world.database,
      clock: world.clock,
      texts: createTextGenerator(),
      secrets: { seal: (plain) => plain, open: (sealed) => sealed },
      channels: { webhook: scriptedChannel('webhook'), email: scriptedChannel('email') },
      metrics: {
        settled: () => undefined,
        refused: () => undefined,
        providerCalled: () => undefined,
        secretUnreadable: () => undefined,
      },
    });
    const input = await world.askWhenDue(await world.create(id));
    return () => inActivity(() => sendNudge(input));
  };

  test('is 19 statements: 9 to claim, 10 to record', async () => {
    expect(await statementsOf(await readyToSend(organizationId))).toHaveLength(19);
  });

  test('waits 10 times for PostgreSQL: 5 times to claim, 5 to record', async () => {
    expect(await roundTripsOf(await readyToSend(organizationId))).toBe(10);
  });

  test('over a channel with a pace locks it, and reads it only then', async () => {
    const paced = await world.seed({ pace: { max: 1, perMs: 60_000 } });
    const asked = await statementsOf(await readyToSend(paced));
    expect(asked.filter((name) => name.includes('pace'))).toEqual(['lock_pace']);
  });
});

test('a reply waits 5 times for PostgreSQL, its commit included', async () => {
  const thread = await world.create(organizationId);
  expect(await roundTripsOf(() => world.say(thread, { externalId: 'm-1' }))).toBe(5);
});

test('a new conversation waits 6 times for PostgreSQL, the delivery of its start twice', async () => {
  expect(await roundTripsOf(() => world.create(organizationId, { externalId: 'crm-1' }))).toBe(6);
  const engine = scriptedEngine().client;
  const [touched] = world.touched.splice(0);
  if (!touched) throw new Error('nothing was touched');
  const deliver = () => deliverTouched({ database: world.database, engine, mayStart: () => true }, touched);
  expect(await roundTripsOf(deliver)).toBe(2);
});
