import fc from 'fast-check';
import type { Act, Meanwhile, Place, Scope, Verdict, Word } from './acts';

const { constant: just, constantFrom: one, record } = fc;

const place = one<Place>(0, 1, 2);
const contact = one<0 | 1>(0, 1);
const scope = one<Scope>('all', 'webhook', 'email');
const verdict = one<Verdict>('accept', 'refuse', 'busy', 'lost', 'dies');
const reason = one('opted_out' as const, 'handed_off', 'closed_won', 'closed_lost', 'cancelled');

/** Mostly now; late chunks, old chats, a clock that is ahead, and one that is too far ahead. */
const ageMin = one(0, 0, 0, 0, 0, 25, 95, 1_200, 40_000, -4, -10);
const said = (by: Word['by']) =>
  record({ by: just(by), ageMin, id: one('m-1', 'm-2') }, { requiredKeys: ['by', 'ageMin'] });
const stopWord: Word = { by: 'them', ageMin: 0, optsOut: true };
const theirs: fc.Arbitrary<Word> = fc.oneof({ weight: 5, arbitrary: said('them') }, just(stopWord));
const echo: Word = { by: 'us', ageMin: 0, echo: true };
const first: fc.Arbitrary<Word> = fc.oneof({ weight: 4, arbitrary: said('us') }, theirs);

const meanwhile: fc.Arbitrary<Meanwhile> = fc.oneof(
  record({
    do: just('say' as const),
    place,
    word: one<Word>({ by: 'us', ageMin: 0 }, { by: 'them', ageMin: 0 }, stopWord),
  }),
  record({ do: just('stop' as const), place, reason }),
  record({ do: just('pause' as const), place, hours: just(720) }),
);

const interrupt = fc.tuple(place, meanwhile, verdict).map(([at, act, after]): Act => ({
  do: 'interrupt',
  place: at,
  meanwhile: { ...act, place: at },
  verdict: after,
}));

const create: fc.Arbitrary<Act> = record({ do: just('create'), place, word: first });
const WEIGHTED: [number, fc.Arbitrary<Act>][] = [
  [1, create],
  [5, record({ do: just('say'), place, word: said('us') })],
  [3, record({ do: just('say'), place, word: theirs })],
  [1, record({ do: just('say'), place, word: just(echo) })],
  [1, record({ do: just('stop'), place, reason })],
  [1, record({ do: just('reopen'), place })],
  [2, record({ do: just('pause'), place, hours: one(1, 720) })],
  [2, record({ do: just('resume'), place })],
  [2, record({ do: just('skip'), place })],
  [1, record({ do: just('sendNow'), place })],
  [6, interrupt],
  [1, record({ do: just('optOut'), contact, scope })],
  [1, record({ do: just('optIn'), contact, scope })],
  [3, record({ do: just('answers'), place, verdicts: fc.array(verdict, { minLength: 1, maxLength: 2 }) })],
  [14, record({ do: just('advance'), place, to: one('half', 'next', 'next', 'next', 'end') })],
  [1, record({ do: just('pauseAll') })],
  [2, record({ do: just('resumeAll') })],
  [1, record({ do: just('publish'), ladder: one(0, 1, 2) })],
];

/** `kills`: how often a worker is killed, where some fifty others are anything else. */
export const choice = (kills: number): fc.Arbitrary<Act> =>
  fc.oneof(...WEIGHTED.map(([weight, arbitrary]) => ({ weight, arbitrary })), {
    weight: kills,
    arbitrary: record({ do: just('killWorker' as const) }),
  });

/** What there is to begin with: one to three conversations. */
export const opening: fc.Arbitrary<Act[]> = fc
  .array(first, { minLength: 1, maxLength: 3 })
  .map((words) => words.map((word, index) => ({ do: 'create', place: placeOf(index), word })));

const placeOf = (index: number): Place => (index === 0 ? 0 : index === 1 ? 1 : 2);
