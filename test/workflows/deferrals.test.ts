import { organizations } from '../../src/db/schema';
import { WEEKDAYS } from '../../src/domain/organization';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { testsAtOnce } from '../support/tests-at-once';
import { waitFor } from '../support/wait-for';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let world: EngineWorld;
beforeAll(async () => {
  world = await createEngineWorld();
}, 60_000);
afterAll(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const steps = (thread: EpisodeThread) => world.webhook.stepsOf(thread.conversation.id);
const elapsedMs = ({ episode, now }: EpisodeThread) => now.getTime() - episode.anchorAt.getTime();
const expectAbout = (actualMs: number, expectedMs: number) => {
  expect(actualMs).toBeGreaterThan(expectedMs - 10 * SECOND);
  expect(actualMs).toBeLessThan(expectedMs + 30 * SECOND);
};

/** A zone without clock changes in which it is now between 20:00 and 21:00. */
function zoneAtEight(): string {
  const ahead = (20 - new Date().getUTCHours() + 24) % 24;
  const offset = ahead > 12 ? ahead - 24 : ahead;
  return offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}

testsAtOnce({
  'a window over midnight: the first nudge waits for 22:00, the next ones go out in the night, none by day':
    async () => {
      const sendWindow = { days: [...WEEKDAYS], from: '22:00', to: '05:00' };
      const thread = await world.create(
        await world.seed({ organization: { sendWindow, timeZone: zoneAtEight() } }),
      );
      expect(thread.episode).toMatchObject({ deferredBy: 'send_window' });
      const opensAt = thread.episode.nextDueAt?.getTime() ?? 0;
      expect(new Date(opensAt).getUTCMinutes()).toBe(0);
      const hours: number[] = [];
      for (let step = 1; step <= 3; step += 1) {
        const before = await world.read(thread);
        hours.push(((before.episode.nextDueAt?.getTime() ?? 0) - opensAt) / HOUR);
        await world.toNext(thread);
      }
      // 22:00, 00:50 and 03:50 by the contact's clock.
      expect(hours.map((hour) => Math.round(hour * 100) / 100)).toEqual([0, 2.83, 5.83]);
      expect(steps(thread)).toEqual([1, 2, 3]);
    },

  'a window that closes meanwhile: what falls due waits for its opening, unskipped': async () => {
    const organizationId = await world.seed({ organization: { timeZone: zoneAtEight() } });
    const thread = await world.create(organizationId);
    await world.started(thread);
    const sendWindow = { days: [...WEEKDAYS], from: '08:00', to: '18:00' };
    await world.verb(organizationId, ({ tx }) =>
      tx.update(organizations).set({ sendWindow }).where(undefined),
    );
    await world.toNext(thread);
    const deferred = await world.read(thread);
    expect(deferred.episode).toMatchObject({ nextStep: 1, deferredBy: 'send_window' });
    expect(steps(thread)).toEqual([]);
    await world.toNext(thread);
    expect(steps(thread)).toEqual([1]);
    const { rows } = await world.verb(organizationId, ({ tx }) =>
      tx.execute('select verdict from decisions order by id'),
    );
    expect(rows).toEqual([{ verdict: 'defer' }, { verdict: 'send' }]);
  },

  'the frequency cap defers the second conversation of a contact until a day after the first nudge':
    async () => {
      const organizationId = await world.seed({ organization: { frequencyCap: { max: 1, perMs: DAY } } });
      const contact = { externalId: 'c-cap', email: 'cap@example.com' };
      const one = await world.create(organizationId, { contact });
      const two = await world.create(organizationId, { contact });
      await world.toNext(one);
      await world.toNext(two);
      expect((await world.read(two)).episode).toMatchObject({ nextStep: 1, deferredBy: 'frequency_cap' });
      expect([steps(one), steps(two)]).toEqual([[1], []]);
      expectAbout(elapsedMs(await world.toNext(two)), DAY + 10 * MINUTE);
      expect(steps(two)).toEqual([1]);
    },

  'the pace of a channel gives two that fall due together an hour between them': async () => {
    const organizationId = await world.seed({ pace: { max: 1, perMs: HOUR } });
    const one = await world.create(organizationId);
    const two = await world.create(organizationId);
    await world.toNext(one);
    await world.toNext(two);
    expect((await world.read(two)).episode).toMatchObject({ nextStep: 1, deferredBy: 'channel_pace' });
    await world.toNext(two);
    expect([steps(one), steps(two)]).toEqual([[1], [1]]);
  },

  "an organization's pause holds what falls due and is looked at again after six hours": async () => {
    const organizationId = await world.seed();
    const thread = await world.create(organizationId);
    await world.started(thread);
    const setPaused = (paused: boolean) =>
      world.verb(organizationId, ({ tx }) => tx.update(organizations).set({ paused }).where(undefined));
    await setPaused(true);
    await world.toNext(thread);
    expect((await world.read(thread)).episode).toMatchObject({ deferredBy: 'organization_paused' });
    expectAbout(elapsedMs(await world.toNext(thread)), 6 * HOUR + 10 * MINUTE);
    expect(steps(thread)).toEqual([]);
    await setPaused(false);
    expectAbout(elapsedMs(await world.toNext(thread)), 12 * HOUR + 10 * MINUTE);
    expect(steps(thread)).toEqual([1]);
  },

  'a provider that is busy is called again with the same key, and the ladder counts from when it took the nudge':
    async () => {
      const thread = await world.create(await world.seed());
      const id = thread.conversation.id;
      world.webhook.scriptOf(id).push({ outcome: 'busy', reason: 'HTTP 503', retryAfterMs: 1_000 });
      await world.skip(thread, 10 * MINUTE + SECOND);
      await waitFor('the repeat', () => world.webhook.callsOf(id).length === 2);
      const keys = world.webhook.callsOf(id).map(({ nudge }) => nudge.deliveryId);
      expect(new Set(keys).size).toBe(1);
      await waitFor('step 2', async () => (await world.read(thread)).episode.nextStep === 2);
    },

  'a step whose template is broken is skipped, and the ladder goes on to its end': async () => {
    const organizationId = await world.seed();
    const thread = await world.create(organizationId);
    await world.verb(organizationId, ({ tx }) =>
      tx.execute("update templates set body = '{% if %}' where name = 'followup-3h'"),
    );
    for (let i = 0; i < 4; i += 1) await world.toNext(thread);
    expect(steps(thread)).toEqual([1, 3]);
    expect((await world.read(thread)).conversation.stage).toBe('ghosted');
  },
});
