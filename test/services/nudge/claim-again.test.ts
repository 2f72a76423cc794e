import { v7 as uuidv7 } from 'uuid';
import { decisions, deliveries, nudges } from '../../../src/db/schema';
import type { ComposedText } from '../../../src/services/nudge/compose-nudge';
import { writeClaim } from '../../../src/services/nudge/write-statements';
import { BUSY, createVerbWorld, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

const words = (subject: string, body: string): ComposedText => ({
  ...{ ok: true, subject, body },
  templateId: uuidv7(),
});
const rowsOf = (id: string) =>
  world.verb(id, async ({ tx }) => ({
    nudges: await tx.select().from(nudges).orderBy(nudges.id),
    deliveries: await tx.select().from(deliveries),
    decisions: await tx.select().from(decisions).orderBy(decisions.id),
  }));

test('a cancelled delivery is claimed again in its row, with the words of its first claim', async () => {
  const thread = await world.create(organizationId);
  const input = await world.askWhenDue(thread);
  const first = await world.claim(input, true, words('One', 'First words'));
  await world.record(input, BUSY);
  await world.say(thread, { direction: 'outbound', text: 'By the way' });
  await world.claim(input);
  const [cancelled] = (await rowsOf(organizationId)).deliveries;
  expect(cancelled).toMatchObject({ status: 'cancelled', callOpen: false, attempts: 1 });
  expect(cancelled?.settledAt).not.toBeNull();

  const again = await world.claim(await world.askWhenDue(thread), true, words('Two', 'Other words'));
  if (first.kind !== 'call' || again.kind !== 'call') throw new Error('a call was refused');
  expect(again.nudge).toMatchObject({
    deliveryId: first.nudge.deliveryId,
    ...{ subject: 'One', message: 'First words' },
  });
  const stored = await rowsOf(organizationId);
  const { conversation } = await world.read(thread);
  expect(stored.nudges).toMatchObject([{ subject: 'One', body: 'First words' }]);
  expect(stored.deliveries).toEqual([
    {
      ...cancelled,
      ...{ status: 'claimed', callOpen: true, attempts: 2, settledAt: null, reason: null },
      fence: conversation.fence,
      ...{ dueAt: world.clock.now(), claimedAt: world.clock.now(), updatedAt: world.clock.now() },
      deadlineAt: new Date(world.clock.now().getTime() + 15 * MINUTE_MS),
    },
  ]);
  expect(stored.decisions.map(({ verdict }) => verdict)).toEqual(['send', 'stop', 'send']);
});

test('a nudge that only holds a slot gets its words with the claim', async () => {
  const id = await world.seed({ pace: { max: 1, perMs: 60_000 } });
  const before = await world.create(id);
  const thread = await world.create(id);
  await world.send(before);
  const input = await world.askWhenDue(thread);
  expect(await world.claim(input)).toMatchObject({ refusedBy: 'channel_pace' });
  const [, slot] = (await rowsOf(id)).nudges;
  expect(slot?.body).toBeNull();
  const text = words('One', 'First words');
  const claim = await world.claim(await world.askWhenDue(thread), true, text);
  expect(claim).toMatchObject({ kind: 'call', nudge: { subject: 'One', message: 'First words' } });
  const templateId = text.ok && text.templateId;
  expect((await rowsOf(id)).nudges[1]).toEqual({ ...slot, subject: 'One', body: 'First words', templateId });
});

test('a claim for another organization is refused as a whole', async () => {
  const thread = await world.create(await world.seed());
  const at = world.clock.now();
  const row = {
    ...{ organizationId: thread.conversation.organizationId, conversationId: thread.conversation.id },
    ...{ nudgeId: uuidv7(), deliveryId: uuidv7(), decisionId: uuidv7() },
    ...{ episode: 1, step: 1, stage: 'followup', templateId: null, subject: null, body: 'Hello' },
    ...{ contactId: thread.contact.id, channel: 'webhook', fence: 1, attempts: 1 },
    ...{ now: at, dueAt: at, deadlineAt: at, gates: '[]' },
  };
  const claim = world.once(organizationId, ({ tx }) => writeClaim(tx).execute(row));
  await expect(claim).rejects.toMatchObject({
    cause: { message: expect.stringContaining('row-level security') },
  });
  expect(await rowsOf(row.organizationId)).toEqual({ nudges: [], deliveries: [], decisions: [] });
});
