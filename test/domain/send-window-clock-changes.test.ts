import { BERLIN, checkWindow, daily, on, type WindowCase } from './send-window-cases';

describe('a clock that springs forward', () => {
  it.each<WindowCase>([
    {
      name: 'opens at the first hour that exists (Berlin)',
      window: daily('02:30', '05:00'),
      zone: BERLIN,
      at: '2026-03-29T00:00:00+01:00',
      opens: '2026-03-29T03:00:00+02:00',
    },
    {
      name: 'opens at the first hour that exists (New York)',
      window: daily('02:30', '05:00'),
      zone: 'America/New_York',
      at: '2026-03-08T00:00:00-05:00',
      opens: '2026-03-08T03:00:00-04:00',
    },
    {
      name: 'opens at the first half hour that exists (Lord Howe)',
      window: daily('02:15', '05:00'),
      zone: 'Australia/Lord_Howe',
      at: '2026-10-04T00:00:00+10:30',
      opens: '2026-10-04T02:30:00+11:00',
    },
    {
      name: 'does not open at all when the whole window is skipped (Berlin)',
      window: daily('02:00', '03:00'),
      zone: BERLIN,
      at: '2026-03-29T00:00:00+01:00',
      opens: '2026-03-30T02:00:00+02:00',
    },
    {
      name: 'keeps the wall time of a later opening',
      window: daily('08:00', '20:00'),
      zone: BERLIN,
      at: '2026-03-28T21:00:00+01:00',
      opens: '2026-03-29T08:00:00+02:00',
    },
    {
      name: 'at midnight: the day opens at 01:00 (Beirut)',
      window: daily('00:00', '00:00'),
      zone: 'Asia/Beirut',
      at: '2026-03-28T12:00:00+02:00',
      opens: '2026-03-29T01:00:00+03:00',
      holidays: ['2026-03-28'],
    },
    {
      name: 'at midnight: the day opens at 01:00 (Havana)',
      window: daily('00:30', '06:00'),
      zone: 'America/Havana',
      at: '2026-03-07T12:00:00-05:00',
      opens: '2026-03-08T01:00:00-04:00',
    },
    {
      name: 'at midnight: the day opens at 01:00 (Santiago)',
      window: on(['sun'], '00:00', '06:00'),
      zone: 'America/Santiago',
      at: '2026-09-05T12:00:00-04:00',
      opens: '2026-09-06T01:00:00-03:00',
    },
  ])('$name', checkWindow);
});

describe('a clock that falls back', () => {
  it.each<WindowCase>([
    {
      name: 'opens in the first of two hours (Berlin)',
      window: daily('02:30', '05:00'),
      zone: BERLIN,
      at: '2026-10-25T00:00:00+02:00',
      opens: '2026-10-25T02:30:00+02:00',
    },
    {
      name: 'is shut again when the hour repeats, and opens a second time (Berlin)',
      window: daily('02:30', '05:00'),
      zone: BERLIN,
      at: '2026-10-25T02:00:00+01:00',
      opens: '2026-10-25T02:30:00+01:00',
    },
    {
      name: 'is open in both (Berlin)',
      window: daily('02:00', '03:00'),
      zone: BERLIN,
      at: '2026-10-25T02:30:00+01:00',
      opens: '2026-10-25T02:30:00+01:00',
    },
    {
      name: 'reopens a window that had ended within the hour (New York)',
      window: daily('20:00', '01:30'),
      zone: 'America/New_York',
      at: '2026-11-01T01:45:00-04:00',
      opens: '2026-11-01T01:00:00-05:00',
    },
    {
      name: 'repeats half an hour (Lord Howe)',
      window: daily('01:30', '01:45'),
      zone: 'Australia/Lord_Howe',
      at: '2026-04-05T01:50:00+11:00',
      opens: '2026-04-05T01:30:00+10:30',
    },
    {
      name: 'at midnight repeats the last hour of the day before (Beirut)',
      window: on(['sat'], '23:30', '23:45'),
      zone: 'Asia/Beirut',
      at: '2026-10-24T23:50:00+03:00',
      opens: '2026-10-24T23:30:00+02:00',
    },
    {
      name: 'keeps the wall time of a later opening',
      window: daily('08:00', '20:00'),
      zone: 'America/New_York',
      at: '2026-10-31T21:00:00-04:00',
      opens: '2026-11-01T08:00:00-05:00',
    },
  ])('$name', checkWindow);
});

describe('a calendar that leaves out a day', () => {
  it.each<WindowCase>([
    {
      name: 'has no window on it (Samoa, Friday 30 December 2011)',
      window: on(['fri'], '09:00', '17:00'),
      zone: 'Pacific/Apia',
      at: '2011-12-29T18:00:00-10:00',
      opens: '2012-01-06T09:00:00+14:00',
    },
    {
      name: 'opens the morning that follows',
      window: daily('08:00', '20:00'),
      zone: 'Pacific/Apia',
      at: '2011-12-29T21:00:00-10:00',
      opens: '2011-12-31T08:00:00+14:00',
    },
  ])('$name', checkWindow);
});
