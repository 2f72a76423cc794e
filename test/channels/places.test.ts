import fc from 'fast-check';
import { createPlaces, type Places } from '../../src/channels/places';
import type { ProviderOutcome } from '../../src/services/ports';

const accepted: ProviderOutcome = { outcome: 'accepted', providerId: null };
const refused: ProviderOutcome = { outcome: 'refused', reason: 'HTTP 400' };
const busy: ProviderOutcome = { outcome: 'busy', reason: 'HTTP 503', retryAfterMs: null };
const unanswered: ProviderOutcome = { outcome: 'unanswered', reason: 'reset' };

let nowMs: number;
let places: Places;
beforeEach(() => {
  nowMs = 1_000;
  places = createPlaces(() => nowMs);
});

function take(key = 'a') {
  const place = places.reserve(key);
  if ('waitMs' in place) throw new Error(`no place for ${place.waitMs} ms`);
  return place;
}
function waitMs(key = 'a'): number {
  const place = places.reserve(key);
  if (!('waitMs' in place)) {
    place.release(null);
    return 0;
  }
  return place.waitMs;
}
function fail(times: number, outcome = busy): void {
  for (let call = 0; call < times; call += 1) take().release(outcome);
}

describe('places', () => {
  test('twenty calls at once, then everybody waits until one ends', () => {
    const taken = Array.from({ length: 20 }, (_, n) => take(`key ${n % 5}`));
    expect(waitMs('another')).toBeGreaterThan(0);
    taken[0]?.release(accepted);
    expect(waitMs('another')).toBe(0);
  });

  test('one provider takes sixteen of them at most: a hanging one leaves places to the others', () => {
    Array.from({ length: 16 }, () => take('hanging'));
    expect(waitMs('hanging')).toBeGreaterThan(0);
    expect(waitMs('another')).toBe(0);
  });

  test('those who are turned away together do not come back together', () => {
    Array.from({ length: 16 }, () => take());
    const waits = Array.from({ length: 12 }, () => waitMs());
    expect(new Set(waits).size).toBe(12);
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
  });

  test('a place given back twice counts once', () => {
    const first = take();
    Array.from({ length: 15 }, () => take());
    first.release(null);
    first.release(null);
    take();
    expect(waitMs()).toBeGreaterThan(0);
  });
});

describe('circuit', () => {
  test.each([
    ['busy', busy],
    ['unanswered', unanswered],
  ])('five %s in a row open it for 5 s', (_, outcome) => {
    fail(4, outcome);
    expect(waitMs()).toBe(0);
    fail(1, outcome);
    expect(waitMs()).toBe(5_000);
    nowMs += 4_999;
    expect(waitMs()).toBe(1);
    nowMs += 1;
    expect(waitMs()).toBe(0);
  });

  test.each([
    ['an acceptance', accepted],
    ['a refusal: the provider works', refused],
  ])('%s in between starts the count again', (_, outcome) => {
    fail(4);
    take().release(outcome);
    fail(4);
    expect(waitMs()).toBe(0);
  });

  test('a place taken and not used says nothing', () => {
    fail(4);
    take().release(null);
    expect(waitMs()).toBe(0);
    fail(1);
    expect(waitMs()).toBe(5_000);
  });

  test('one organization’s provider does not close another’s', () => {
    fail(5);
    expect(waitMs('b')).toBe(0);
  });

  test('half open: one probe at a time, and the others wait for it', () => {
    fail(5);
    nowMs += 5_000;
    const probe = take();
    expect(waitMs()).toBe(1_000);
    probe.release(accepted);
    expect(waitMs()).toBe(0);
    fail(4);
    expect(waitMs()).toBe(0);
  });

  test('a probe that was not used leaves its turn to the next', () => {
    fail(5);
    nowMs += 5_000;
    take().release(null);
    take().release(accepted);
    expect(waitMs()).toBe(0);
  });

  test('each failed probe doubles the pause, up to a minute', () => {
    fail(5);
    const pauses = Array.from({ length: 6 }, () => {
      const pauseMs = waitMs();
      nowMs += pauseMs;
      fail(1);
      return pauseMs;
    });
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('calls that were under way when it opened do not open it again', () => {
    const stragglers = Array.from({ length: 8 }, () => take());
    fail(5);
    nowMs += 5_000;
    for (const straggler of stragglers) straggler.release(unanswered);
    expect(waitMs()).toBe(0);
  });

  test('a straggler that was answered closes it: the provider is back', () => {
    const straggler = take();
    fail(5);
    straggler.release(accepted);
    expect(waitMs()).toBe(0);
  });
});

test('whatever happens: never more than twenty in flight, sixteen per provider, and no place is lost', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    release: fc.boolean(),
    pick: fc.nat(),
    outcome: fc.constantFrom(accepted, refused, busy, unanswered, null),
    elapsedMs: fc.integer({ min: 0, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      places = createPlaces(() => nowMs);
      const held: { key: string; release(outcome: ProviderOutcome | null): void }[] = [];
      for (const { key, release, pick, outcome, elapsedMs } of steps) {
        nowMs += elapsedMs;
        if (release && held.length > 0) {
          held.splice(pick % held.length, 1)[0]?.release(outcome);
          continue;
        }
        const place = places.reserve(key);
        if ('waitMs' in place) expect(place.waitMs).toBeGreaterThan(0);
        else held.push({ key, release: place.release });
        expect(held.length).toBeLessThanOrEqual(20);
        expect(held.filter((one) => one.key === key).length).toBeLessThanOrEqual(16);
      }
      for (const { release } of held) release(accepted);
      nowMs += 60_000;
      // Where a circuit is open, one good probe closes it.
      for (const key of ['a', 'b', 'c']) take(key).release(accepted);
      Array.from({ length: 20 }, (_, n) => take(`key ${n % 5}`));
    }),
    { numRuns: 200 },
  );
});
