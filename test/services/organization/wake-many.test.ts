import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import type { Tx } from '../../../src/db/client';
import { conversations, episodes, outbox } from '../../../src/db/schema';
import { LANES } from '../../../src/services/conversation/change-thread';
import type { EpisodeThread } from '../../../src/services/conversation/thread';
import { recordMessage } from '../../../src/services/conversation/record-message';
import { changeOrganization } from '../../../src/services/organization/change-organization';
import { wakeHeldEpisodes } from '../../../src/services/organization/wake-held-episodes';
import { gate, untilBlocked } from '../../support/blocked-statements';
import { inLanes } from '../../support/in-lanes';
import { createVerbWorld, HOUR_MS, MINUTE_MS, person, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

/** Conversations as a pause leaves them: every episode looked at, deferred, and told to its workflow. */
async function held(count: number, contact = person) {
  const organizationId = await world.seed();
  const threads = await inLanes(count, 8, () => world.create(organizationId, { contact: contact() }));
  const nextDueAt = new Date(world.clock.now().getTime() + 6 * HOUR_MS);
  await world.verb(organizationId, async (ctx) => {
    await changeOrganization(ctx, { paused: true });
    const told = { deliveredRevision: sql`revision` };
    await ctx.tx.update(episodes).set({ deferredBy: 'organization_paused', nextDueAt, ...told });
    await ctx.tx.delete(outbox);
  });
  world.touched.splice(0);
  return { organizationId, threads };
}

/** Like the route, but never run again: a deadlock fails the test. */
async function resume(organizationId: string): Promise<number> {
  const { resumed } = await world.once(organizationId, (ctx) => changeOrganization(ctx, { paused: false }));
  return wakeHeldEpisodes((work) => world.once(organizationId, work), resumed ?? 0);
}

const rowsOf = (organizationId: string) =>
  world.verb(organizationId, async ({ tx }) => ({
    conversations: await tx.select().from(conversations).orderBy(conversations.id),
    episodes: await tx.select().from(episodes).orderBy(episodes.conversationId),
    outbox: await tx.select().from(outbox).orderBy(outbox.conversationId),
  }));

const reply = (thread: EpisodeThread, text = 'Yes, please.') =>
  world.once(thread.conversation.organizationId, (ctx) =>
    recordMessage(ctx, thread.conversation.id, { direction: 'inbound', text }),
  );

test('a thousand held episodes are awake after a few dozen statements: each fence raised by one, each workflow told of it', async () => {
  const { organizationId } = await held(1_000);
  const before = await rowsOf(organizationId);
  const statements = jest.spyOn(Client.prototype, 'query');
  expect(await resume(organizationId)).toBe(1_000);
  // Half a second, where a few statements for each one took several: counted, since clocks differ.
  expect(statements.mock.calls.length).toBeLessThan(60);
  statements.mockRestore();

  const after = await rowsOf(organizationId);
  const fences = before.conversations.map(({ fence }) => fence + 1);
  expect(after.conversations.map(({ fence }) => fence)).toEqual(fences);
  expect(after.episodes.map(({ revision }) => revision)).toEqual(fences);
  expect(after.episodes.map(({ deliveredRevision }) => deliveredRevision)).toEqual(
    before.episodes.map(({ deliveredRevision }) => deliveredRevision),
  );
  expect(after.outbox.map(({ revision }) => revision)).toEqual(fences);
  expect(new Set(after.outbox.map(({ lane }) => lane))).toEqual(new Set([LANES.change]));
  const now = world.clock.now().getTime();
  const waitsMin = after.episodes.map(({ nextDueAt }) => ((nextDueAt?.getTime() ?? 0) - now) / MINUTE_MS);
  for (let minute = 0; minute < 10; minute += 1) {
    expect(waitsMin.filter((wait) => wait >= minute && wait < minute + 1).length).toBeGreaterThan(50);
  }
  expect(after.episodes.every(({ deferredBy }) => deferredBy === null)).toBe(true);
}, 60_000);

test('a row that waits in the outbox already is raised to the new revision, and is due again at once', async () => {
  const { organizationId, threads } = await held(3);
  await world.verb(organizationId, ({ tx }) =>
    tx.insert(outbox).values(
      threads.map(({ episode: { conversationId, number, revision } }) => ({
        ...{ organizationId, conversationId, episode: number, revision },
        lane: LANES.bulk,
        attempts: 7,
        availableAt: sql`now() + interval '1 hour'`,
      })),
    ),
  );
  await resume(organizationId);
  const { outbox: rows, episodes: woken } = await rowsOf(organizationId);
  expect(rows.map(({ revision }) => revision)).toEqual(woken.map(({ revision }) => revision));
  for (const { lane, attempts, availableAt } of rows) {
    expect({ lane, attempts }).toEqual({ lane: LANES.change, attempts: 0 });
    expect(availableAt.getTime() - Date.now()).toBeLessThan(3_000);
  }
});

test('a reply that is committing is waited for, and its conversation stays as the reply left it', async () => {
  const { organizationId, threads } = await held(5);
  const [answered] = threads;
  if (!answered) throw new Error('five conversations were made');
  const door = gate();
  const replying = world.once(organizationId, async (ctx) => {
    const result = await recordMessage(ctx, answered.conversation.id, { direction: 'inbound', text: 'Yes' });
    await door.pass();
    return result;
  });
  await door.reached;
  const resuming = resume(organizationId);
  await untilBlocked(world.database);
  door.open();
  expect((await replying).effect).toBe('stopped');
  expect(await resuming).toBe(4);
  expect((await world.read(answered)).episode).toMatchObject({ state: 'ended', stopReason: 'replied' });
});

test('contacts are locked in id order: whoever holds the first of them can still take the last', async () => {
  const { organizationId } = await held(10);
  const contacts = await world.verb(organizationId, ({ tx }) =>
    tx.execute<{ id: string }>('select id from contacts order by id'),
  );
  const lock = (tx: Tx, row: { id: string } | undefined) =>
    tx.execute(sql`select 1 from contacts where id = ${row?.id} for no key update`);
  const door = gate();
  const other = world.once(organizationId, async ({ tx }) => {
    await lock(tx, contacts.rows[0]);
    await door.pass();
    await lock(tx, contacts.rows.at(-1));
  });
  await door.reached;
  const resuming = resume(organizationId);
  await untilBlocked(world.database);
  door.open();
  await other;
  expect(await resuming).toBe(10);
});

test('replies, and STOP to contacts of several conversations, meet it without a deadlock', async () => {
  const people = Array.from({ length: 30 }, person);
  const { organizationId, threads } = await held(120, () => people.at(world.touched.length % 30) ?? person());
  const answering = threads.filter((_, n) => n % 3 === 0);
  const [woken] = await Promise.all([
    resume(organizationId),
    inLanes(answering.length, 8, async (n) => {
      const thread = answering[n];
      if (thread) await reply(thread, n % 4 === 0 ? 'STOP' : undefined);
    }),
  ]);
  const { episodes: all, conversations: owners } = await rowsOf(organizationId);
  expect(woken).toBeLessThanOrEqual(120);
  const fences = new Map(owners.map(({ id, fence }) => [id, fence]));
  for (const { state, deferredBy, revision, conversationId } of all) {
    if (state !== 'ended')
      expect({ deferredBy, revision }).toEqual({ deferredBy: null, revision: fences.get(conversationId) });
  }
  for (const thread of answering) expect((await world.read(thread)).episode.state).toBe('ended');
});
