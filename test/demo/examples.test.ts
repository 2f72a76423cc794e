import { INVALID_ROWS, NIGHT_SEQUENCE, OPTED_OUT } from '../../scripts/demo/business';
import { readExamples } from '../../scripts/demo/read-examples';

const { rows, replies } = readExamples();
const valid = rows.filter(({ externalId }) => !INVALID_ROWS.includes(externalId));
const distinct = <T>(items: T[]) => new Set(items);

test('the example has what the demo promises to show', () => {
  expect(valid).toHaveLength(24);
  expect(rows.length - valid.length).toBe(2);
  expect(distinct(valid.map(({ timeZone }) => timeZone)).size).toBe(5);
  expect(distinct(valid.map(({ locale }) => locale.slice(0, 2)))).toEqual(new Set(['de', 'en', 'fr']));
  expect(distinct(valid.map(({ channel }) => channel))).toEqual(new Set(['webhook', 'email']));
  expect(valid.filter(({ isOldSilence }) => isOldSilence)).toHaveLength(2);
  expect(valid.filter(({ sequence }) => sequence === NIGHT_SEQUENCE).length).toBeGreaterThan(0);
  expect(valid.filter(({ address }) => address === OPTED_OUT.contact.phone)).toHaveLength(1);
});

test('contacts answer after nothing, one nudge and two, one of them with STOP', () => {
  expect(distinct(replies.map(({ afterNudges }) => afterNudges))).toEqual(new Set([0, 1, 2]));
  expect(replies.filter(({ text }) => text === 'STOP')).toHaveLength(1);
  const known = valid.map(({ externalId }) => externalId);
  expect(replies.filter(({ conversation }) => !known.includes(conversation))).toEqual([]);
});

test('an address belongs to one conversation: the judge tells e-mails apart by it', () => {
  expect(distinct(rows.map(({ address }) => address)).size).toBe(rows.length);
  expect(distinct(rows.map(({ externalId }) => externalId)).size).toBe(rows.length);
});
