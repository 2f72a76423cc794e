import type { Weekday } from '../../src/domain/organization';
import { nextOpening } from '../../src/domain/send-window';
import { BERLIN, checkWindow, daily, on, type WindowCase } from './send-window-cases';

const WEEKDAY_DAYS: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

describe('a window within the day', () => {
  it.each<WindowCase>([
    {
      name: 'before it opens, waits for it',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T05:59:00+02:00',
      opens: '2026-06-01T08:00:00+02:00',
    },
    {
      name: 'is open from its first millisecond',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T08:00:00+02:00',
      opens: '2026-06-01T08:00:00+02:00',
    },
    {
      name: 'is open until its last millisecond',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T19:59:59.999+02:00',
      opens: '2026-06-01T19:59:59.999+02:00',
    },
    {
      name: 'is shut at its end',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T20:00:00+02:00',
      opens: '2026-06-02T08:00:00+02:00',
    },
    {
      name: 'keeps seconds out of the opening',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T22:13:14.159+02:00',
      opens: '2026-06-02T08:00:00+02:00',
    },
    {
      name: 'waits over a weekend',
      window: on(WEEKDAY_DAYS, '09:00', '17:00'),
      zone: BERLIN,
      at: '2026-06-05T17:00:00+02:00',
      opens: '2026-06-08T09:00:00+02:00',
    },
    {
      name: 'waits over a weekend and the holiday after it',
      window: on(WEEKDAY_DAYS, '09:00', '17:00'),
      zone: BERLIN,
      at: '2026-04-02T17:00:00+02:00',
      opens: '2026-04-07T09:00:00+02:00',
      holidays: ['2026-04-03', '2026-04-06'],
    },
    {
      name: 'opens on 29 February',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2028-02-28T21:00:00+01:00',
      opens: '2028-02-29T08:00:00+01:00',
    },
    {
      name: 'skips 29 February when it is a holiday',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2028-02-28T21:00:00+01:00',
      opens: '2028-03-01T08:00:00+01:00',
      holidays: ['2028-02-29'],
    },
    {
      name: 'has no 29 February in other years',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-02-28T21:00:00+01:00',
      opens: '2026-03-01T08:00:00+01:00',
    },
    {
      name: 'names Monday by Tokyo, where it is still Sunday in UTC',
      window: on(['mon'], '08:00', '20:00'),
      zone: 'Asia/Tokyo',
      at: '2026-06-07T12:00:00Z',
      opens: '2026-06-07T23:00:00Z',
    },
    {
      name: 'is open on Monday 08:00 in Tokyo, Sunday 23:00 in UTC',
      window: on(['mon'], '08:00', '20:00'),
      zone: 'Asia/Tokyo',
      at: '2026-06-07T23:00:00Z',
      opens: '2026-06-07T23:00:00Z',
    },
    {
      name: 'names Monday by Los Angeles, where it is already Tuesday in UTC',
      window: on(['mon'], '20:00', '22:00'),
      zone: 'America/Los_Angeles',
      at: '2026-06-08T12:00:00Z',
      opens: '2026-06-09T03:00:00Z',
    },
    {
      name: 'knows zones of half an hour',
      window: daily('09:00', '17:00'),
      zone: 'Asia/Kolkata',
      at: '2026-06-01T00:00:00Z',
      opens: '2026-06-01T03:30:00Z',
    },
    {
      name: 'knows zones of three quarters of an hour',
      window: daily('09:00', '17:00'),
      zone: 'Asia/Kathmandu',
      at: '2026-06-01T00:00:00Z',
      opens: '2026-06-01T03:15:00Z',
    },
    {
      name: 'knows UTC',
      window: daily('09:00', '17:00'),
      zone: 'UTC',
      at: '2026-06-01T00:00:00Z',
      opens: '2026-06-01T09:00:00Z',
    },
  ])('$name', checkWindow);
});

describe('an overnight window', () => {
  const night = daily('22:00', '06:00');
  const fridayNight = on(['fri'], '22:00', '06:00');
  it.each<WindowCase>([
    {
      name: 'is open before midnight',
      window: night,
      zone: BERLIN,
      at: '2026-06-01T23:00:00+02:00',
      opens: '2026-06-01T23:00:00+02:00',
    },
    {
      name: 'is open after midnight',
      window: night,
      zone: BERLIN,
      at: '2026-06-02T05:59:00+02:00',
      opens: '2026-06-02T05:59:00+02:00',
    },
    {
      name: 'is shut at its end',
      window: night,
      zone: BERLIN,
      at: '2026-06-02T06:00:00+02:00',
      opens: '2026-06-02T22:00:00+02:00',
    },
    {
      name: 'belongs to the weekday on which it opens',
      window: fridayNight,
      zone: BERLIN,
      at: '2026-06-06T03:00:00+02:00',
      opens: '2026-06-06T03:00:00+02:00',
    },
    {
      name: 'is not open in the night before that weekday',
      window: fridayNight,
      zone: BERLIN,
      at: '2026-06-05T03:00:00+02:00',
      opens: '2026-06-05T22:00:00+02:00',
    },
    {
      name: 'does not begin at midnight of an unlisted day',
      window: fridayNight,
      zone: BERLIN,
      at: '2026-06-06T22:00:00+02:00',
      opens: '2026-06-12T22:00:00+02:00',
    },
    {
      name: 'ends at midnight before a holiday',
      window: night,
      zone: BERLIN,
      at: '2026-12-25T00:00:00+01:00',
      opens: '2026-12-26T22:00:00+01:00',
      holidays: ['2026-12-25'],
    },
    {
      name: 'does not open on a holiday nor in the night after it',
      window: on(['fri'], '22:00', '06:00'),
      zone: BERLIN,
      at: '2026-12-26T03:00:00+01:00',
      opens: '2027-01-01T22:00:00+01:00',
      holidays: ['2026-12-25'],
    },
    {
      name: 'with `to` at midnight ends with the day',
      window: daily('18:00', '00:00'),
      zone: BERLIN,
      at: '2026-06-02T00:00:00+02:00',
      opens: '2026-06-02T18:00:00+02:00',
    },
    {
      name: 'runs from the 28th into the 29th of February',
      window: on(['mon'], '22:00', '06:00'),
      zone: BERLIN,
      at: '2028-02-29T01:00:00+01:00',
      opens: '2028-02-29T01:00:00+01:00',
    },
  ])('$name', checkWindow);
});

describe('a whole-day window', () => {
  it.each<WindowCase>([
    {
      name: 'opens at midnight',
      window: on(['sat'], '00:00', '00:00'),
      zone: BERLIN,
      at: '2026-06-05T12:00:00+02:00',
      opens: '2026-06-06T00:00:00+02:00',
    },
    {
      name: 'does not care for the hour it names',
      window: on(['sat'], '09:00', '09:00'),
      zone: BERLIN,
      at: '2026-06-06T03:00:00+02:00',
      opens: '2026-06-06T03:00:00+02:00',
    },
    {
      name: 'is shut on holidays',
      window: daily('00:00', '00:00'),
      zone: BERLIN,
      at: '2026-06-06T03:00:00+02:00',
      opens: '2026-06-07T00:00:00+02:00',
      holidays: ['2026-06-06'],
    },
  ])('$name', checkWindow);
});

describe('a window that never opens', () => {
  const everyDay = Array.from({ length: 402 }, (_, day) =>
    new Date(Date.UTC(2026, 5, 1 + day)).toISOString().slice(0, 10),
  );
  it.each<WindowCase>([
    {
      name: 'has no day',
      window: on([], '08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T12:00:00+02:00',
      opens: null,
    },
    {
      name: 'has a holiday on every day of 400',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T12:00:00+02:00',
      opens: null,
      holidays: everyDay,
    },
    {
      name: 'opens on the first day that is no holiday',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-06-01T12:00:00+02:00',
      opens: '2027-07-05T08:00:00+02:00',
      holidays: everyDay.slice(0, 399),
    },
  ])('$name', checkWindow);

  it('throws for a zone that does not exist', () => {
    expect(() => nextOpening(daily('08:00', '20:00'), [], 'Mars/Olympus', new Date())).toThrow(RangeError);
  });
});

describe('the cost of a nudge', () => {
  it('is far below 0.2 ms for a window that is open', () => {
    const window = on(WEEKDAY_DAYS, '08:00', '20:00');
    const costsMs = Array.from({ length: 2_000 }, (_, n) => {
      const at = new Date(Date.parse('2026-06-01T08:00:00+02:00') + n * 1_000);
      const beganAtMs = performance.now();
      nextOpening(window, ['2026-12-25'], BERLIN, at);
      return performance.now() - beganAtMs;
    });
    const median = costsMs.sort((a, b) => a - b)[1_000] ?? Infinity;
    expect(median).toBeLessThan(0.2);
  });
});
