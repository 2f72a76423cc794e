import {
  isHeld,
  isStronger,
  STAGES,
  STOP_REASONS,
  stageAfterStop,
  type StopReason,
} from '../../src/domain/conversation';

test('the stop reasons stand in the order of their strength', () => {
  expect(STOP_REASONS).toEqual([
    'opted_out',
    'handed_off',
    'closed_won',
    'closed_lost',
    'replied',
    'cancelled',
    'ghosted',
  ]);
});

const pairs = STOP_REASONS.flatMap((candidate, i) =>
  STOP_REASONS.map((standing, j) => ({ candidate, standing, wins: i < j })),
);

test.each(pairs)('$candidate over $standing: $wins', ({ candidate, standing, wins }) => {
  expect(isStronger(candidate, standing)).toBe(wins);
});

test.each(STOP_REASONS)('%s is stronger than nothing', (reason) => {
  expect(isStronger(reason, null)).toBe(true);
});

test.each<[StopReason | null, boolean]>([
  ['opted_out', true],
  ['handed_off', true],
  ['closed_won', true],
  ['closed_lost', true],
  ['replied', false],
  ['cancelled', false],
  ['ghosted', false],
  [null, false],
])('after %s our next word is held back: %s', (reason, held) => {
  expect(isHeld(reason)).toBe(held);
});

test.each([
  ['opted_out', 'opted_out'],
  ['handed_off', 'handed_off'],
  ['closed_won', 'won'],
  ['closed_lost', 'lost'],
  ['replied', 'engaged'],
  ['ghosted', 'ghosted'],
] as const)('%s leads to the stage %s from every stage', (reason, stage) => {
  for (const present of STAGES) expect(stageAfterStop(reason, present)).toBe(stage);
});

test('cancelled keeps the stage it finds', () => {
  for (const present of STAGES) expect(stageAfterStop('cancelled', present)).toBe(present);
});
