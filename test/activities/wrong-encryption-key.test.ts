import { randomBytes } from 'node:crypto';
import { makeSendNudge } from '../../src/activities/send-nudge';
import type { ActInput } from '../../src/contracts/conversation-workflow';
import { channels, deliveries } from '../../src/db/schema';
import { createTextGenerator } from '../../src/generation/liquid';
import { createSecretBox } from '../../src/platform/secret-box';
import type { NudgeMetrics } from '../../src/services/ports';
import { inActivity } from '../support/in-activity';
import { scriptedChannel } from '../support/scripted-channel';
import { createVerbWorld, HOUR_MS, MINUTE_MS, UNANSWERED, type VerbWorld } from '../support/verb-world';

const rightKey = randomBytes(32).toString('base64');
const wrongKey = randomBytes(32).toString('base64');

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  world.clock.set('2026-11-20T09:00:00Z');
  organizationId = await world.seed();
  const sealed = createSecretBox([rightKey]).seal('whsec_c2VjcmV0');
  await world.verb(organizationId, ({ tx }) => tx.update(channels).set({ sealedSecret: sealed }));
});
afterAll(() => world.close());

/** The send of a worker that was configured with `key`. */
function workerWith(key: string) {
  const webhook = scriptedChannel('webhook');
  const told: string[] = [];
  const metrics: NudgeMetrics = {
    settled: (channel, outcome) => void told.push(`${channel} ${outcome}`),
    refused: (gate) => void told.push(`refused by ${gate}`),
    providerCalled: () => undefined,
    secretUnreadable: (channel) => void told.push(`${channel} secret unreadable`),
  };
  const sendNudge = makeSendNudge({
    database: world.database,
    clock: world.clock,
    texts: createTextGenerator(),
    secrets: createSecretBox([key]),
    channels: { webhook, email: scriptedChannel('email') },
    metrics,
  });
  const logged: string[] = [];
  const send = (input: ActInput, attempt = 1) =>
    inActivity(
      () => sendNudge(input),
      attempt,
      (message) => void logged.push(message),
    );
  return { webhook, told, logged, send };
}

const waits = { type: 'SecretUnreadable', nonRetryable: false, nextRetryDelay: 30_000 };
const storedDeliveries = () => world.verb(organizationId, ({ tx }) => tx.select().from(deliveries));

test('a worker with another key uses up no step, however often it tries: nothing is claimed', async () => {
  const wrong = workerWith(wrongKey);
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  for (const attempt of [1, 9, 10, 11, 100]) {
    await expect(wrong.send(input, attempt)).rejects.toMatchObject(waits);
  }
  expect(wrong.webhook.calls).toEqual([]);
  expect(await storedDeliveries()).toEqual([]);
  expect(wrong.told).toEqual(Array(5).fill('webhook secret unreadable'));
  expect(wrong.logged).toEqual(Array(5).fill('a send waits: check ENCRYPTION_KEY'));
});

test('once the key is right the step is sent as if nothing had been', async () => {
  const input = await world.askWhenDue(await world.create(organizationId));
  await expect(workerWith(wrongKey).send(input, 40)).rejects.toMatchObject(waits);
  world.clock.advance(20 * MINUTE_MS);
  const right = workerWith(rightKey);
  expect(await right.send(input, 41)).toMatchObject({ next: { kind: 'nudge', step: 2 } });
  expect(right.webhook.calls).toHaveLength(1);
  expect(right.told).toEqual(['webhook sent']);
});

test('a reply ends the episode all the same, and a step that got too late is skipped', async () => {
  const { send, told } = workerWith(wrongKey);
  const answered = await world.create(organizationId);
  const late = await world.create(organizationId);
  const input = await world.askWhenDue(answered);
  const lateInput = await world.askWhenDue(late);
  await world.say(answered, {});
  expect(await send(input, 3)).toMatchObject({ state: 'ended', stopReason: 'replied' });
  world.clock.advance(2 * HOUR_MS);
  expect(await send(lateInput, 200)).toMatchObject({ next: { step: 2 } });
  expect(told).toEqual(['refused by episode', 'refused by lateness']);
});

test('a call that a rightly configured worker left open keeps its claim, and is repeated with the same key', async () => {
  const right = workerWith(rightKey);
  const input = await world.askWhenDue(await world.create(organizationId));
  right.webhook.script.push(UNANSWERED);
  await expect(right.send(input)).rejects.toMatchObject({ type: 'ProviderBusy' });
  await expect(workerWith(wrongKey).send(input, 12)).rejects.toMatchObject(waits);
  expect(await storedDeliveries()).toMatchObject([{ status: 'claimed', attempts: 1 }]);
  expect(await right.send(input, 13)).toMatchObject({ next: { step: 2 } });
  expect(new Set(right.webhook.calls.map(({ nudge }) => nudge.deliveryId)).size).toBe(1);
});
