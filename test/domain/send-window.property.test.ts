import fc from 'fast-check';
import { WEEKDAYS, type SendWindow } from '../../src/domain/organization';
import { isOpen, nextOpening } from '../../src/domain/send-window';
import { toZoned } from '../../src/domain/zones';
import { oracleIsOpen } from './wall-clock-oracle';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BEGIN_MS = Date.UTC(2026, 0, 1);
const END_MS = Date.UTC(2028, 2, 2);
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];

const timeOfDay = fc
  .integer({ min: 0, max: 1439 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);

const windows: fc.Arbitrary<SendWindow> = fc
  .record({
    days: fc.subarray([...WEEKDAYS], { minLength: 1 }),
    from: timeOfDay,
    to: timeOfDay,
    whole: fc.nat(9),
  })
  .map(({ days, from, to, whole }) => ({ days, from, to: whole === 0 ? from : to }));

const instants = fc.oneof(
  fc.integer({ min: BEGIN_MS, max: END_MS }),
  fc.integer({ min: 0, max: (END_MS - BEGIN_MS) / MINUTE_MS }).map((m) => BEGIN_MS + m * MINUTE_MS),
);

/** Some within days of the instant, where they matter; a run of them makes long waits. */
const holidayOffsets = fc.array(fc.integer({ min: -1, max: 12 }), { maxLength: 6 });

const zones = fc.constantFrom(...ZONES);

function holidaysNear(atMs: number, offsets: number[]): string[] {
  return offsets.map((offset) => new Date(atMs + offset * DAY_MS).toISOString().slice(0, 10));
}

/** Open at the answer, shut at every probe before it: at each quarter of an hour, odd minutes and the very last ms. */
function expectEarliestOpening(window: SendWindow, holidays: string[], zone: string, atMs: number): void {
  const opening = nextOpening(window, holidays, zone, new Date(atMs));
  if (opening === null) throw new Error('a window that has a day opens within 400 days');
  const opensMs = opening.getTime();
  expect(opensMs).toBeGreaterThanOrEqual(atMs);
  expect(oracleIsOpen(window, holidays, zone, opening)).toBe(true);
  expect(isOpen(window, holidays, zone, opening)).toBe(true);
  const stepMs = opensMs - atMs > 2 * DAY_MS ? 53 * MINUTE_MS : 13 * MINUTE_MS;
  for (let probeMs = atMs; probeMs < opensMs; probeMs += stepMs) {
    if (oracleIsOpen(window, holidays, zone, new Date(probeMs))) {
      throw new Error(`${zone}: open at ${new Date(probeMs).toISOString()}, before ${opening.toISOString()}`);
    }
  }
  if (opensMs > atMs) expect(oracleIsOpen(window, holidays, zone, new Date(opensMs - 1))).toBe(false);
}

describe('the send window in every zone', () => {
  it('is judged as the specification says, by a second implementation over Intl', () => {
    fc.assert(
      fc.property(windows, zones, instants, holidayOffsets, (window, zone, atMs, offsets) => {
        const at = new Date(atMs);
        const holidays = holidaysNear(atMs, offsets);
        expect(isOpen(window, holidays, zone, at)).toBe(oracleIsOpen(window, holidays, zone, at));
      }),
      { numRuns: 5_000 },
    );
  });

  it('opens never outside, never early, never late', () => {
    fc.assert(
      fc.property(windows, zones, instants, holidayOffsets, (window, zone, atMs, offsets) => {
        expectEarliestOpening(window, holidaysNear(atMs, offsets), zone, atMs);
      }),
      { numRuns: 1_500 },
    );
  });

  it('keeps its promise in the night of a clock change, for each zone that has one', () => {
    const narrow = fc
      .record({ fromMinute: fc.integer({ min: -90, max: 300 }), length: fc.integer({ min: 1, max: 200 }) })
      .map(({ fromMinute, length }) => window(fromMinute, fromMinute + length));
    const changes = ZONES.flatMap((zone) => clockChanges(zone).map((changeMs) => ({ zone, changeMs })));
    expect(changes.length).toBeGreaterThan(400);
    for (const { zone, changeMs } of changes) {
      fc.assert(
        fc.property(narrow, fc.integer({ min: -300, max: 120 }), (narrowWindow, minutesAfter) => {
          expectEarliestOpening(narrowWindow, [], zone, changeMs + minutesAfter * MINUTE_MS);
        }),
        { numRuns: 4 },
      );
    }
  });

  it('never puts a later moment before an earlier one', () => {
    const gap = fc.integer({ min: 0, max: 30 * DAY_MS });
    fc.assert(
      fc.property(windows, zones, instants, gap, (window, zone, atMs, gapMs) => {
        const first = nextOpening(window, [], zone, new Date(atMs));
        const second = nextOpening(window, [], zone, new Date(atMs + gapMs));
        expect(first).not.toBeNull();
        expect(second?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? Infinity);
      }),
      { numRuns: 2_000 },
    );
  });

  it('answers the opening itself when asked again at the opening', () => {
    fc.assert(
      fc.property(windows, zones, instants, holidayOffsets, (window, zone, atMs, offsets) => {
        const holidays = holidaysNear(atMs, offsets);
        const opening = nextOpening(window, holidays, zone, new Date(atMs));
        expect(opening && nextOpening(window, holidays, zone, opening)).toEqual(opening);
      }),
      { numRuns: 1_000 },
    );
  });
});

function window(fromMinute: number, toMinute: number): SendWindow {
  return { days: [...WEEKDAYS], from: clock(fromMinute), to: clock(toMinute) };
}

function clock(minute: number): string {
  const ofDay = (minute + 1440) % 1440;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
}

function clockChanges(zone: string): number[] {
  const changes: number[] = [];
  let change = toZoned(zone, BEGIN_MS).getTimeZoneTransition('next');
  while (change !== null && change.epochMilliseconds < END_MS) {
    changes.push(change.epochMilliseconds);
    change = change.getTimeZoneTransition('next');
  }
  return changes;
}
