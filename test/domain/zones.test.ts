import fc from 'fast-check';
import { isTimeZone, localTime } from '../../src/domain/zones';
import { wallClock } from './wall-clock-oracle';

describe('isTimeZone', () => {
  it('takes every zone that this Node knows, under the name it gives', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      if (zone.includes('/')) expect([zone, isTimeZone(zone)]).toEqual([zone, true]);
    }
  });

  it.each([
    'UTC',
    'utc',
    'Etc/UTC',
    'Europe/Berlin',
    'europe/berlin',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'Etc/GMT+5',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'US/Eastern',
  ])('takes %s', (zone) => {
    expect(isTimeZone(zone)).toBe(true);
  });

  it.each([
    '',
    ' ',
    '+02:00',
    '-0500',
    'UTC+2',
    'GMT',
    'GMT+2',
    'Z',
    'EST',
    'EST5EDT',
    'CET',
    'GB',
    'Mars/Olympus',
    'SystemV/AST4',
    'Etc/Unknown',
    'Europe',
    'Europe/',
    'Europe/Berlin ',
    'Europe/Berlin\n',
    '../etc/localtime',
    'Europe/Berlin\u0000',
    'constructor',
  ])('refuses %j', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });

  it('never takes a name that localTime then refuses', () => {
    const names = fc.oneof(
      fc.string(),
      fc.constantFrom('europe/BERLIN', 'Asia/Ulan_Bator', 'Antarctica/Troll'),
    );
    fc.assert(
      fc.property(names, (name) => {
        if (isTimeZone(name)) expect(localTime(name, new Date(0)).date).toMatch(/^19(69|70)-/);
      }),
    );
  });
});

describe('localTime', () => {
  it.each([
    ['Asia/Tokyo', '2026-06-07T23:00:00Z', '2026-06-08', '08:00:00', 'mon', '+09:00'],
    ['America/New_York', '2026-06-08T01:30:59.999Z', '2026-06-07', '21:30:59', 'sun', '-04:00'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01', '05:45:00', 'thu', '+05:45'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25', '02:30:00', 'sun', '+02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25', '02:30:00', 'sun', '+01:00'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05', '01:30:00', 'sun', '+10:30'],
    ['UTC', '2028-02-29T12:00:00Z', '2028-02-29', '12:00:00', 'tue', '+00:00'],
  ])('shows in %s at %s what the clock on the wall shows', (zone, at, date, time, weekday, offset) => {
    expect(localTime(zone, new Date(at))).toEqual({ date, time, weekday, offset });
  });

  it('agrees with Intl in every zone', () => {
    const zones = fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone'));
    const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) });
    fc.assert(
      fc.property(zones, instants, (zone, atMs) => {
        const { date, time } = localTime(zone, new Date(atMs));
        expect({ date, time: time.slice(0, 5) }).toEqual(wallClock(zone, new Date(atMs)));
      }),
      { numRuns: 2_000 },
    );
  });
});
