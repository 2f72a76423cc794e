import { cityOf, dayPart, isInside, localTime } from '../../scripts/demo/local-time';

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

test.each([
  ['2026-11-21T07:00:00Z', 'Europe/Berlin', { day: 'Sat', clock: '08:00', date: '21 Nov' }],
  ['2026-11-21T18:30:00Z', 'Asia/Kolkata', { day: 'Sun', clock: '00:00', date: '22 Nov' }],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', { day: 'Sun', clock: '03:00', date: '29 Mar' }],
])('%s in %s is shown on its own clock', (at, zone, expected) => {
  expect(localTime(new Date(at), zone)).toEqual(expected);
});

test.each([
  ['07:59', false],
  ['08:00', true],
  ['19:59', true],
  ['20:00', false],
])('%s is inside 08:00-20:00: %s', (clock, expected) => {
  const window = { days: EVERY_DAY, from: '08:00', to: '20:00' };
  expect(isInside(window, new Date(`2026-11-21T${clock}:00Z`), 'UTC')).toBe(expected);
});

test.each([
  ['2026-11-20T21:59:00Z', false],
  ['2026-11-20T22:00:00Z', true],
  ['2026-11-21T05:59:00Z', true],
  ['2026-11-21T06:00:00Z', false],
  ['2026-11-21T22:00:00Z', false],
])('%s is in a Friday night from 22:00 to 06:00: %s', (at, expected) => {
  expect(isInside({ days: ['fri'], from: '22:00', to: '06:00' }, new Date(at), 'UTC')).toBe(expected);
});

test('a window that opens on Sunday reaches into Monday', () => {
  const window = { days: ['sun'], from: '22:00', to: '06:00' };
  expect(isInside(window, new Date('2026-11-23T05:00:00Z'), 'UTC')).toBe(true);
});

test('equal ends mean the whole day', () => {
  const window = { days: ['sat'], from: '00:00', to: '00:00' };
  expect(isInside(window, new Date('2026-11-21T23:59:00Z'), 'UTC')).toBe(true);
  expect(isInside({ ...window, days: ['mon'] }, new Date('2026-11-21T23:59:00Z'), 'UTC')).toBe(false);
});

test.each([
  ['00:00', 'Sat before dawn'],
  ['06:00', 'Sat morning'],
  ['17:59', 'Sat afternoon'],
  ['18:00', 'Sat evening'],
])('%s belongs to %s', (clock, part) => {
  expect(dayPart(new Date(`2026-11-21T${clock}:00Z`), 'UTC')).toBe(part);
});

test('a zone is shown by its city', () => {
  expect(cityOf('America/New_York')).toBe('New York');
});
