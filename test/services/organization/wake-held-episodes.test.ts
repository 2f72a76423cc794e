import {
  changeOrganization,
  type OrganizationPatch,
} from '../../../src/services/organization/change-organization';
import { wakeHeldEpisodes } from '../../../src/services/organization/wake-held-episodes';
import type { Transact } from '../../../src/services/transact';
import { createVerbWorld, DAY_MS, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

const transactOf =
  (organizationId: string): Transact =>
  (work) =>
    world.verb(organizationId, work);
const change = (organizationId: string, patch: OrganizationPatch) =>
  world.verb(organizationId, (ctx) => changeOrganization(ctx, patch));

/** Waiting conversations whose first step fell due while the organization was paused. */
async function heldConversations(organizationId: string, count: number) {
  const threads = [];
  for (let n = 0; n < count; n += 1) threads.push(await world.create(organizationId));
  await change(organizationId, { paused: true });
  for (const thread of threads) {
    const claim = await world.claim(await world.askWhenDue(thread));
    expect(claim).toMatchObject({ kind: 'done', refusedBy: 'paused' });
  }
  return threads;
}

async function resume(organizationId: string): Promise<number | null> {
  const { resumed } = await change(organizationId, { paused: false });
  return resumed === null ? null : wakeHeldEpisodes(transactOf(organizationId), resumed);
}

describe('the end of an organization’s pause', () => {
  test('wakes what it held, spread over ten minutes, and tells each workflow at a raised fence', async () => {
    const organizationId = await world.seed();
    const threads = await heldConversations(organizationId, 12);
    const before = await Promise.all(threads.map((thread) => world.read(thread)));
    expect(before.map(({ episode }) => episode.deferredBy)).toEqual(Array(12).fill('organization_paused'));
    world.touched.splice(0);

    expect(await resume(organizationId)).toBe(12);

    const now = world.clock.now().getTime();
    const after = await Promise.all(threads.map((thread) => world.read(thread)));
    const waitsMs = after.map(({ episode }) => (episode.nextDueAt?.getTime() ?? 0) - now);
    expect(Math.min(...waitsMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waitsMs)).toBeLessThan(10 * MINUTE_MS);
    expect(new Set(waitsMs).size).toBe(12);
    after.forEach(({ conversation, episode }, index) => {
      expect(episode).toMatchObject({ state: 'waiting', deferredBy: null, nextStep: 1, nextKind: 'nudge' });
      expect(conversation.fence).toBe((before[index]?.conversation.fence ?? 0) + 1);
    });
    expect(world.touched.map(({ ref }) => ref.conversationId).sort()).toEqual(
      threads.map(({ conversation }) => conversation.id).sort(),
    );
  });

  test('leaves alone what waits for another reason, and what has ended since', async () => {
    const organizationId = await world.seed();
    const [answered, held] = await heldConversations(organizationId, 2);
    if (!answered || !held) throw new Error('two conversations were made');
    const later = await world.create(organizationId);
    await world.say(answered, { direction: 'inbound', sentAt: world.clock.now() });
    const dueAt = (await world.read(later)).episode.nextDueAt;
    expect(await resume(organizationId)).toBe(1);
    expect((await world.read(later)).episode.nextDueAt).toEqual(dueAt);
    expect((await world.read(answered)).episode.state).toBe('ended');
  });

  test('opens no send window: a nudge woken at night waits for the morning, a ghosting does not', async () => {
    const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    const sendWindow = { days: [...everyDay], from: '09:00', to: '17:00' };
    world.clock.set('2026-12-01T10:00:00Z');
    const organizationId = await world.seed({ organization: { sendWindow } });
    const [thread] = await heldConversations(organizationId, 1);
    if (!thread) throw new Error('one conversation was made');
    world.clock.set('2026-12-01T22:00:00Z');
    await resume(organizationId);
    expect((await world.read(thread)).episode).toMatchObject({
      nextDueAt: new Date('2026-12-02T09:00:00Z'),
      deferredBy: 'send_window',
    });
  });

  test('a second resume finds nothing to do, and a pause in between stops the first one’s work', async () => {
    const organizationId = await world.seed();
    await heldConversations(organizationId, 2);
    const { resumed } = await change(organizationId, { paused: false });
    await change(organizationId, { paused: true });
    expect(await wakeHeldEpisodes(transactOf(organizationId), resumed ?? 0)).toBe(0);
    expect(await resume(organizationId)).toBe(2);
    expect(await resume(organizationId)).toBe(0);
    expect((await change(organizationId, { name: 'Renamed' })).resumed).toBeNull();
  });

  test('a process that dies after the flag loses nothing: the look every 6 h goes on by itself', async () => {
    const organizationId = await world.seed();
    const [thread] = await heldConversations(organizationId, 1);
    if (!thread) throw new Error('one conversation was made');
    await change(organizationId, { paused: false });
    const held = await world.read(thread);
    const waitMs = (held.episode.nextDueAt?.getTime() ?? 0) - world.clock.now().getTime();
    expect(waitMs).toBeLessThanOrEqual(6 * HOUR_MS);
    await world.send(thread);
    expect((await world.read(thread)).episode.nudgesSent).toBe(1);
    world.clock.advance(DAY_MS);
  });

  test('and the same resume asked again wakes what that process left', async () => {
    const organizationId = await world.seed();
    const [thread] = await heldConversations(organizationId, 1);
    if (!thread) throw new Error('one conversation was made');
    await change(organizationId, { paused: false });
    expect(await resume(organizationId)).toBe(1);
    expect((await world.read(thread)).episode.deferredBy).toBeNull();
  });
});
