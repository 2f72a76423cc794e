import { runChecks } from '../../scripts/demo/checks';
import type { ConversationFacts, DemoFacts } from '../../scripts/demo/facts';
import { arrival, conversation, delivery, goodFacts, REPLIED_AT_MS } from './demo-facts';

function broken(facts: DemoFacts): string[] {
  return runChecks(facts)
    .filter(({ holds }) => !holds)
    .map(({ promise }) => promise);
}

function change(externalId: string, changes: Partial<ConversationFacts>): DemoFacts {
  const facts = goodFacts();
  const conversations = facts.conversations.map((one) =>
    one.externalId === externalId ? { ...one, ...changes } : one,
  );
  return { ...facts, conversations };
}

function withArrival(changes: Parameters<typeof arrival>[0]): DemoFacts {
  const facts = goodFacts();
  return { ...facts, arrivals: [...facts.arrivals, arrival(changes)] };
}

const late = { arrivedAtMs: REPLIED_AT_MS + 1 };
const mail = { channel: 'email', to: 'mary@example.com', conversation: null, step: null } as const;
const secondMail = { ...mail, id: 'd-4@x', subject: 'Another' };

/** Both sides know of the message, so that only the promise in question is broken. */
function secondMailKnown(inFlight: string[]): DemoFacts {
  const [, mailed] = goodFacts().conversations;
  if (!mailed?.reply) throw new Error('the facts have no reply');
  const deliveries = [...mailed.deliveries, delivery({ id: 'd-4', step: 2 })];
  const facts = change('mailed', { deliveries, reply: { ...mailed.reply, inFlight } });
  return { ...facts, arrivals: [...facts.arrivals, arrival({ ...secondMail, ...late })] };
}

test('facts of a good run keep every promise', () => {
  expect(runChecks(goodFacts()).map(({ violations }) => violations)).toEqual(Array(9).fill([]));
  expect(broken(goodFacts())).toEqual([]);
});

test('a demo in which nothing happened proves nothing', () => {
  const nothing = { organization: 'Test', conversations: [], arrivals: [], rejected: [] };
  expect(broken(nothing)).toHaveLength(9);
});

test('a message after the acknowledged reply is found', () => {
  expect(broken(secondMailKnown([]))).toEqual(['Sent after a reply']);
});

test('a message that the acknowledgement named as under way is none', () => {
  expect(broken(secondMailKnown(['d-4']))).toEqual([]);
});

test.each([
  ['with the same id', { id: 'd-2', step: 3 }],
  ['for the same step under another id', { id: 'd-9', step: 2 }],
  ['by mail with the same subject under another Message-ID', { ...mail, id: 'd-9@x', subject: 'A note' }],
])('a second message %s is found', (_how, changes) => {
  expect(broken(withArrival(changes))).toContain('Sent twice');
});

test('a message at 20:00 local time is outside a window that ends then; at 19:59 it is not', () => {
  const at = (time: string) =>
    change('old', { deliveries: [delivery({ at: `2026-11-21T${time}:00.000Z` })] });
  expect(broken(at('19:00'))).toContain('Sent outside the window');
  expect(broken(at('18:59'))).not.toContain('Sent outside the window');
});

test('any message to a contact who had opted out is found', () => {
  expect(broken(withArrival({ id: 'd-9', to: '+493', conversation: 'stopped' }))).toContain(
    'Sent to an opted-out contact',
  );
  expect(broken(change('stopped', { stage: 'ghosted' }))).toContain('Sent to an opted-out contact');
});

test('any message into a silence older than its ladder is found', () => {
  expect(broken(withArrival({ id: 'd-9', to: '+492', conversation: 'old' }))).toContain(
    'Sent into an old silence',
  );
});

test.each([
  ['a delivery that never arrived', change('old', { deliveries: [delivery({ id: 'd-9' })] })],
  ['a delivery of unknown outcome', change('silent', { deliveries: [delivery({ status: 'unknown' })] })],
  ['an arrival of which the engine knows nothing', withArrival({ id: 'd-9', step: 3 })],
])('%s is found', (_what, facts) => {
  expect(broken(facts)).toContain('Lost on the way');
});

test('a message that nobody signed is found', () => {
  expect(broken(withArrival({ id: 'd-9', step: 3, isGenuine: false }))).toContain(
    'Without signature or one-click unsubscribe',
  );
});

test.each([
  ['waits still', 'silent', { state: 'waiting' }],
  ['is paused for ever', 'silent', { state: 'paused' }],
  ['is silent, yet not ghosted', 'silent', { stage: 'followup_6h' }],
  ['answered, yet was ghosted', 'mailed', { stage: 'ghosted' }],
  ['was to answer and did not', 'mailed', { reply: null }],
] as const)('a conversation that %s is not closed', (_what, externalId, changes) => {
  expect(broken(change(externalId, changes))).toContain('Every silence closed');
});

test('STOP must end in an opt-out', () => {
  const [, mailed] = goodFacts().conversations;
  if (!mailed?.reply) throw new Error('the facts have no reply');
  const reply = { ...mailed.reply, effect: 'opted_out' };
  expect(broken(change('mailed', { reply }))).toEqual(['Every silence closed']);
  expect(broken(change('mailed', { reply, stage: 'opted_out' }))).toEqual([]);
});

test.each([
  ['accepted', (facts: DemoFacts) => facts.rejected.slice(1)],
  ['stored in part', (facts: DemoFacts) => facts.rejected.map((row) => ({ ...row, isStored: true }))],
])('an invalid row that was %s is found', (_what, rejectedOf) => {
  const facts = goodFacts();
  expect(broken({ ...facts, rejected: rejectedOf(facts) })).toEqual(['Invalid rows']);
});

test('a good row that was refused is found', () => {
  const facts = goodFacts();
  const good = { line: 2, reason: 'no reason', externalId: 'tour-101', isStored: false };
  expect(broken({ ...facts, rejected: [...facts.rejected, good] })).toEqual(['Invalid rows']);
});

test('a violation says who, and which message', () => {
  const facts = { ...goodFacts(), conversations: [conversation({ stage: 'new', state: 'waiting' })] };
  const closed = runChecks(facts).find(({ promise }) => promise === 'Every silence closed');
  expect(closed).toMatchObject({ result: '0 of 1', violations: ['Sam Silent is new (waiting)'] });
});
