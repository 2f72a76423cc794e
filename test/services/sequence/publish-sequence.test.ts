import type { LadderInput } from '../../../src/services/sequence/build-ladder';
import { getSequence } from '../../../src/services/sequence/get-sequence';
import { publishSequence } from '../../../src/services/sequence/publish-sequence';
import { createVerbWorld, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

const template = 'followup-10m';
const ladder = (...delays: number[]): LadderInput => ({
  steps: delays.map((delayMs) => ({ delayMs, template })),
  ghostAfterMs: HOUR_MS,
});

describe('publishSequence', () => {
  const publish = (organizationId: string, name: string, input: LadderInput) =>
    world.verb(organizationId, (ctx) => publishSequence(ctx, name, input));

  test('an equal body is the same version, a different one the next', async () => {
    const organizationId = await world.seed();
    const input = ladder(MINUTE_MS, HOUR_MS);
    const window = { days: ['fri' as const, 'mon' as const], from: '08:00', to: '20:00' };
    const first = await publish(organizationId, 'quotes', { ...input, sendWindow: window });
    const reordered = { ...window, days: ['mon' as const, 'fri' as const, 'fri' as const] };
    const again = await publish(organizationId, 'quotes', { ...input, sendWindow: reordered });
    const other = await publish(organizationId, 'quotes', { ...input, sendWindow: null });
    const absent = await publish(organizationId, 'quotes', input);
    expect([first, again, other, absent].map(({ version }) => version)).toEqual([1, 1, 2, 3]);
    expect(again.id).toBe(first.id);
  });

  test('concurrent publications get distinct versions without gaps', async () => {
    const organizationId = await world.seed();
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((minutes) => minutes * MINUTE_MS);
    const rows = await Promise.all(delays.map((delayMs) => publish(organizationId, 'race', ladder(delayMs))));
    const versions = rows.map(({ version }) => version).sort((one, other) => one - other);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const newest = await world.verb(organizationId, (ctx) => getSequence(ctx, 'race'));
    expect(newest.version).toBe(8);
  });

  test('names the step whose template does not exist, and stores nothing', async () => {
    const organizationId = await world.seed();
    const input: LadderInput = {
      steps: [
        { delayMs: MINUTE_MS, template },
        { delayMs: HOUR_MS, template: 'nowhere' },
      ],
      ghostAfterMs: HOUR_MS,
    };
    await expect(publish(organizationId, 'broken', input)).rejects.toMatchObject({
      code: 'unknown_template',
      errors: [{ path: 'steps.1.template' }],
    });
    await expect(world.verb(organizationId, (ctx) => getSequence(ctx, 'broken'))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test.each([
    [
      'the default delays',
      [10 * MINUTE_MS, 3 * HOUR_MS, 6 * HOUR_MS],
      ['followup_10m', 'followup_3h', 'followup_6h'],
    ],
    ['other delays', [10 * MINUTE_MS, 3 * HOUR_MS, 7 * HOUR_MS], ['followup', 'followup', 'followup']],
    ['fewer steps', [10 * MINUTE_MS], ['followup']],
  ])('%s without stages take %s -> %s', async (_name, delays, stages) => {
    const organizationId = await world.seed();
    const row = await publish(organizationId, 'stages', ladder(...delays));
    expect(row.ladder.steps.map(({ stage }) => stage)).toEqual(stages);
  });
});
