import { decide, GATES, PAUSE_RECHECK_MS, slotAfter, type GateFacts } from '../../src/domain/gates';
import { STOP_REASONS } from '../../src/domain/conversation';
import { WEEKDAYS } from '../../src/domain/organization';
import { at, DAY_MS, HOUR_MS, rulesOf } from './rules-for-tests';

const facts = (overrides: Partial<GateFacts> = {}): GateFacts => ({
  now: at('09:10:00'),
  step: 1,
  askedFence: 5,
  fence: 5,
  state: 'waiting',
  nextStep: 1,
  dueAt: at('09:10:00'),
  stopReason: null,
  optOuts: [],
  channel: 'webhook',
  organizationPaused: false,
  rules: rulesOf(),
  cap: null,
  recentHandOversAt: [],
  pace: null,
  nextSlotAt: null,
  slotAt: null,
  ...overrides,
});
const night = { days: [...WEEKDAYS], from: '10:00', to: '18:00' };
const cap = { max: 2, perMs: DAY_MS };
const pace = { max: 2, perMs: 10_000 };

test('when every gate agrees the step is sent, and all eight answers are kept in order', () => {
  const { verdict, gates, nextAt, deferredBy } = decide(facts());
  expect({ verdict, nextAt, deferredBy }).toEqual({ verdict: 'send', nextAt: null, deferredBy: null });
  expect(gates.map(({ gate }) => gate)).toEqual(GATES);
  expect(gates.every((gate) => gate.verdict === 'pass')).toBe(true);
});

const refusals: [string, Partial<GateFacts>, string, string][] = [
  ['the fence has risen', { fence: 6 }, 'episode', 'stop'],
  ['the fence is lower than the one asked with', { fence: 4 }, 'episode', 'stop'],
  ['the episode has ended', { state: 'ended' }, 'episode', 'stop'],
  ['the episode is paused', { state: 'paused' }, 'episode', 'stop'],
  ['another step is next', { nextStep: 2 }, 'episode', 'stop'],
  ['ghosting is next', { nextStep: null }, 'episode', 'stop'],
  ['the contact opted out of all', { optOuts: ['all'] }, 'opt_out', 'stop'],
  ['the contact opted out of this channel', { optOuts: ['webhook'] }, 'opt_out', 'stop'],
  ['the organization is paused', { organizationPaused: true }, 'paused', 'defer'],
  ['the step is too late', { now: new Date(at('10:10:00').getTime() + 1) }, 'lateness', 'skip'],
  ['the window is shut', { rules: rulesOf({ window: night }) }, 'send_window', 'defer'],
  [
    'the cap is reached',
    { cap, recentHandOversAt: [at('09:00:00'), at('08:00:00')] },
    'frequency_cap',
    'defer',
  ],
  ['the channel is busy', { pace, nextSlotAt: at('09:10:01') }, 'channel_pace', 'defer'],
];

test.each(refusals)(
  '%s: nothing is sent, and the gate that refused is the last one kept',
  (_, change, gate, verdict) => {
    const decision = decide(facts(change));
    expect(decision.verdict).toBe(verdict);
    expect(decision.gates.at(-1)).toMatchObject({ gate, verdict });
    expect(decision.gates.slice(0, -1).every((answer) => answer.verdict === 'pass')).toBe(true);
  },
);

test('of several gates that refuse the first in order decides', () => {
  const order = refusals.filter(([, , gate], i) => refusals.findIndex(([, , first]) => first === gate) === i);
  for (let from = 0; from < order.length; from += 1) {
    const changes = order.slice(from).map(([, change]) => change);
    const merged: Partial<GateFacts> = Object.assign({}, ...changes.toReversed());
    expect(decide(facts(merged)).gates.at(-1)?.gate).toBe(order[from]?.[2]);
  }
});

test.each([
  [['email'], 'webhook', 'send'],
  [['email'], 'email', 'stop'],
  [['webhook', 'email'], 'email', 'stop'],
] as const)('opt-outs %j on the channel %s: %s', (optOuts, channel, verdict) => {
  expect(decide(facts({ optOuts, channel })).verdict).toBe(verdict);
});

test.each(STOP_REASONS)(
  'a conversation that %s stopped is held back if and only if the reason holds it',
  (stopReason) => {
    const held = ['opted_out', 'handed_off', 'closed_won', 'closed_lost'].includes(stopReason);
    const decision = decide(facts({ stopReason }));
    expect(decision.verdict).toBe(held ? 'stop' : 'send');
    if (held) expect(decision.gates.at(-1)?.gate).toBe('handed_off');
  },
);

test("an organization's pause is looked at again six hours later", () => {
  const decision = decide(facts({ organizationPaused: true }));
  expect(decision).toMatchObject({ deferredBy: 'organization_paused', nextAt: at('15:10:00') });
  expect(PAUSE_RECHECK_MS).toBe(6 * HOUR_MS);
});

test('a step as late as its limit is still sent', () => {
  expect(decide(facts({ now: at('10:10:00') })).verdict).toBe('send');
});

test('a shut window defers to its next opening', () => {
  expect(decide(facts({ rules: rulesOf({ window: night }) }))).toMatchObject({
    deferredBy: 'send_window',
    nextAt: at('10:00:00'),
  });
});

test.each([
  ['one hand-over of two', [at('09:00:00')], null],
  ['two of two', [at('09:00:00'), at('08:00:00')], new Date('2026-11-21T08:00:00Z')],
  ['the older exactly a period ago', [at('09:00:00'), new Date('2026-11-19T09:10:00Z')], null],
  [
    'the older a millisecond less',
    [at('09:00:00'), new Date('2026-11-19T09:10:00.001Z')],
    new Date('2026-11-20T09:10:00.001Z'),
  ],
])(
  'the cap counts the hand-overs of a sliding period, and defers to when the oldest leaves it: %s',
  (_, recent, nextAt) => {
    const decision = decide(facts({ cap, recentHandOversAt: recent }));
    expect(decision.verdict).toBe(nextAt ? 'defer' : 'send');
    expect(decision.nextAt).toEqual(nextAt);
  },
);

test.each([
  ['never used', null, 'send', '09:10:00'],
  ['free since a while', at('09:09:00'), 'send', '09:10:00'],
  ['free this instant', at('09:10:00'), 'send', '09:10:00'],
  ['free in three seconds', at('09:10:03'), 'defer', '09:10:03'],
])(
  'a channel with a pace, %s: a slot is taken, to send in now or to wait for',
  (_, nextSlotAt, verdict, slot) => {
    const decision = decide(facts({ pace, nextSlotAt }));
    expect(decision.verdict).toBe(verdict);
    expect(decision.takenSlotAt).toEqual(at(slot));
  },
);

test.each([
  ['not yet come', '09:10:02', 'defer', null],
  ['come this instant', '09:10:00', 'send', null],
  ['come a minute ago', '09:09:00', 'send', null],
  ['come more than a minute ago', '09:08:59', 'defer', '09:10:30'],
])('a slot reserved earlier, %s, is honoured; a stale one is taken anew', (_, slot, verdict, taken) => {
  const decision = decide(facts({ pace, slotAt: at(slot), nextSlotAt: at('09:10:30') }));
  expect(decision.verdict).toBe(verdict);
  expect(decision.takenSlotAt).toEqual(taken === null ? null : at(taken));
});

test('slots follow each other at the pace', () => {
  expect(slotAfter(at('09:10:00'), pace)).toEqual(at('09:10:05'));
  expect(slotAfter(at('09:10:00'), { max: 3, perMs: 1_000 })).toEqual(at('09:10:00.334'));
});
