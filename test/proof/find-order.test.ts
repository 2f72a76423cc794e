import { findOrder } from '../../proof/histories/find-order';
import { goingBack } from '../../proof/histories/judge-histories';
import type { Action, Answer, Operation, Reason } from '../../proof/histories/operation';
import { printHistory } from '../../proof/histories/print-history';

const STARTED_AT = 1_000_000;

type Line = readonly [ends: readonly [number, number | null], action: Action, answer: string | null];

const create: Action = { kind: 'create', sentAt: STARTED_AT };
const read: Action = { kind: 'read' };
const inbound = (atMs: number): Action => ({ kind: 'inbound', sentAt: STARTED_AT + atMs });
const outbound = (atMs: number): Action => ({ kind: 'outbound', sentAt: STARTED_AT + atMs });
const stop = (reason: Exclude<Reason, 'replied' | 'ghosted'>): Action => ({ kind: 'stop', reason });

/** "stopped engaged 1 replied"; without a reason the episode runs. */
function answerOf(text: string): Answer {
  const [effect = '', stage = '', episode, reason] = text.split(' ');
  const stands = (reason as Reason | undefined) ?? null;
  return { effect, seen: { stage, episode: Number(episode), running: stands === null, reason: stands } };
}

function historyOf(lines: readonly Line[]): Operation[] {
  return lines.map(([[invoked, answered], action, answer], client) => ({
    ...{ conversation: 'c', client, action, invoked, answered },
    outcome: answered === null ? 'info' : 'ok',
    answer: answer === null ? null : answerOf(answer),
    messageId: null,
    ...{ from: STARTED_AT + invoked, to: STARTED_AT + (answered ?? 9_999), said: answer ?? 'no answer' },
  }));
}

const CREATED: Line = [[1, 2], create, 'created new 1'];
const REPLIED: Line = [[3, 4], inbound(3), 'stopped engaged 1 replied'];

describe('the checker of histories accepts', () => {
  test.each<[string, Line[]]>([
    ['one thing after another', [CREATED, REPLIED, [[5, 6], read, 'read engaged 1 replied']]],
    ['a nudge that nobody asked for', [CREATED, [[3, 4], read, 'read followup 1']]],
    [
      'ghosting, and an answer to it',
      [CREATED, [[3, 4], read, 'read ghosted 1 ghosted'], [[5, 6], inbound(5), 'stopped engaged 1 replied']],
    ],
    ['the next episode', [CREATED, REPLIED, [[5, 6], outbound(5), 'started new 2']]],
    [
      'a word of ours that was written before the answer to it',
      [CREATED, REPLIED, [[5, 6], outbound(2), 'none engaged 1 replied']],
    ],
    [
      'two creations at once, of which one creates',
      [
        [[1, 4], create, 'existing new 1'],
        [[2, 3], create, 'created new 1'],
      ],
    ],
    [
      'two answers at once, of which one stops',
      [
        CREATED,
        [[3, 6], inbound(3), 'none engaged 1 replied'],
        [[4, 5], inbound(4), 'stopped engaged 1 replied'],
      ],
    ],
    [
      'a read beside a reply, before it or after it',
      [CREATED, [[3, 6], inbound(3), 'stopped engaged 1 replied'], [[4, 5], read, 'read new 1']],
    ],
    [
      'a request without an answer that happened',
      [CREATED, [[3, null], inbound(3), null], [[5, 6], read, 'read engaged 1 replied']],
    ],
    [
      'one that happened later than others were answered',
      [
        CREATED,
        [[3, null], inbound(3), null],
        [[5, 6], read, 'read new 1'],
        [[7, 8], read, 'read engaged 1 replied'],
      ],
    ],
    [
      'one that never happened',
      [CREATED, [[3, null], stop('opted_out'), null], [[5, 6], read, 'read followup 1']],
    ],
    [
      'a stronger reason over a weaker one',
      [CREATED, REPLIED, [[5, 6], stop('closed_won'), 'stopped won 1 closed_won']],
    ],
    [
      'a late word that was ghosted as it came',
      [CREATED, REPLIED, [[5, 6], outbound(5), 'started ghosted 2 ghosted']],
    ],
  ])('%s', (_name, lines) => {
    expect(findOrder(historyOf(lines)).verdict).toBe('legal');
  });
});

describe('the checker of histories refuses', () => {
  test.each<[string, Line[]]>([
    ['a read that is older than an acknowledged reply', [CREATED, REPLIED, [[5, 6], read, 'read new 1']]],
    ['a reply that was acknowledged and lost', [CREATED, REPLIED, [[5, 6], outbound(5), 'reanchored new 1']]],
    [
      'a final state that goes back',
      [
        CREATED,
        [[3, 4], stop('opted_out'), 'stopped opted_out 1 opted_out'],
        [[5, 6], read, 'read engaged 1 replied'],
      ],
    ],
    [
      'a weaker reason over a stronger one',
      [
        CREATED,
        [[3, 4], stop('handed_off'), 'stopped handed_off 1 handed_off'],
        [[5, 6], stop('cancelled'), 'stopped handed_off 1 cancelled'],
      ],
    ],
    [
      'an episode after a hand-over',
      [
        CREATED,
        [[3, 4], stop('handed_off'), 'stopped handed_off 1 handed_off'],
        [[5, 6], outbound(5), 'started new 2'],
      ],
    ],
    ['a nudge recorded after the reply', [CREATED, REPLIED, [[5, 6], read, 'read followup 1 replied']]],
    ['an episode that nobody opened', [CREATED, REPLIED, [[5, 6], read, 'read new 2']]],
    ['an episode number left out', [CREATED, REPLIED, [[5, 6], outbound(5), 'started new 3']]],
    ['two creations that both create', [CREATED, [[1, 4], create, 'created new 1']]],
    ['two replies that both stop', [CREATED, REPLIED, [[3, 6], inbound(4), 'stopped engaged 1 replied']]],
    ['a reply that stops nothing although the episode runs', [CREATED, [[3, 4], inbound(3), 'none new 1']]],
    [
      'a request without an answer that happened before it began',
      [CREATED, [[3, 4], read, 'read engaged 1 replied'], [[5, null], inbound(5), null]],
    ],
    [
      'one without an answer that happened twice',
      [
        CREATED,
        [[3, null], outbound(9), null],
        [[4, 5], inbound(4), 'stopped engaged 1 replied'],
        [[6, 7], read, 'read new 2'],
        [[8, 9], inbound(8), 'stopped engaged 2 replied'],
        [[10, 11], read, 'read new 3'],
      ],
    ],
    [
      'a word of ours that was written before the answer and opens an episode',
      [CREATED, REPLIED, [[5, 6], outbound(2), 'started new 2']],
    ],
    [
      'reads that swing to and fro',
      [
        CREATED,
        [[3, 10], inbound(3), 'stopped engaged 1 replied'],
        [[4, 5], read, 'read engaged 1 replied'],
        [[6, 7], read, 'read new 1'],
      ],
    ],
  ])('%s', (_name, lines) => {
    expect(findOrder(historyOf(lines)).verdict).toBe('illegal');
  });
});

test('what was shown to one client does not come back weaker to the next', () => {
  const back = historyOf([CREATED, REPLIED, [[5, 6], read, 'read new 1']]);
  expect(goingBack(back)).toEqual(['c went back: "stopped engaged 1 replied", and after it "read new 1"']);
  const reopened = historyOf([
    CREATED,
    [[3, 4], stop('closed_lost'), 'stopped lost 1 closed_lost'],
    [[5, 6], read, 'read new 2'],
  ]);
  expect(goingBack(reopened)).toHaveLength(1);
  expect(goingBack(historyOf([CREATED, REPLIED, [[5, 6], outbound(5), 'started new 2']]))).toEqual([]);
});

test('a history is printed in the order in which requests began and answers came', () => {
  const overlapping = historyOf([
    CREATED,
    [[3, 6], inbound(3), 'stopped engaged 1 replied'],
    [[4, 5], read, 'read new 1'],
    [[7, null], stop('cancelled'), null],
  ]);
  const told = printHistory(overlapping).map((line) => line.replace(/^.*client \d +/, ''));
  expect(told).toEqual([
    'invoke create dated -1 ms',
    'ok     create of 0 ms: created new 1',
    'invoke inbound dated 2 ms',
    'invoke read',
    'ok     read of 3 ms: read new 1',
    'ok     inbound of 2 ms: stopped engaged 1 replied',
    'invoke stop (cancelled)',
    'info   stop of 6 ms: no answer',
  ]);
});
