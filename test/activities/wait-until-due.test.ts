import { setTimeout as wait } from 'node:timers/promises';
import { waitUntilDue } from '../../src/activities/wait-until-due';
import { LONGEST_LEAD_MS } from '../../src/contracts/conversation-workflow';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn(() => Promise.resolve()) }));

const NOON = Date.parse('2026-03-02T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

beforeEach(() => jest.clearAllMocks());

/** What a nudge waits that is asked for at one instant by the workflow's clock and seen at one of our own. */
async function waits(askedAtMs: number, ownMs: number, dueAtMs = NOON): Promise<unknown[]> {
  await waitUntilDue({ now: iso(askedAtMs), dueAt: iso(dueAtMs) }, { now: () => new Date(ownMs) });
  return jest.mocked(wait).mock.calls.map(([ms]) => ms);
}

test.each([
  ['what is left of the lead by our own clock', NOON - 1_000, NOON - 940, [940]],
  ['nothing when it is due', NOON, NOON, []],
  ['nothing when it is late', NOON, NOON + 3_000, []],
  ['nothing at an attempt that runs hours later', NOON - 500, NOON + 6 * HOUR_MS, []],
  ['no shorter for a clock a little behind', NOON - 1_000, NOON - 1_800, [1_800]],
  ["the workflow's own lead where time was skipped", NOON - 50, NOON - 3 * HOUR_MS, [50]],
  ['nothing where time was skipped and the lead is none', NOON, NOON - 3 * HOUR_MS, []],
])('a nudge waits %s', async (_, askedAtMs, ownMs, expected) => {
  expect(await waits(askedAtMs, ownMs)).toEqual(expected);
});

test('it never waits longer than the longest lead', async () => {
  expect(await waits(NOON, NOON, NOON + HOUR_MS)).toEqual([LONGEST_LEAD_MS]);
});
