/** Never slower than this, however late the nudges are: a stuck provider must not stop all new conversations. */
const SLOWEST_PER_SECOND = 5;
/** Starts may catch up at most this much of a second at once. */
const BURST_SECONDS = 0.5;

export interface StartPace {
  /** Takes one start if there is one to take. */
  tryTake(): boolean;
  /** Takes up to `wanted` starts. */
  take(wanted: number): number;
  /** Returns starts that were taken and not needed: looking at an empty outbox must not use them up. */
  giveBack(unused: number): void;
  /** Told every second whether nudges are late: late slows down by a third, on time speeds up again. */
  observe(late: boolean): void;
  ratePerSecond(): number;
}

/**
 * A token bucket over workflow starts, whose rate gives way to due nudges: a start costs the server as much as a nudge,
 * and a timer set behind a burst of starts is late for ever after.
 */
export function createStartPace(fullPerSecond: number, nowMs: () => number): StartPace {
  const slowest = Math.min(SLOWEST_PER_SECOND, fullPerSecond);
  let rate = fullPerSecond;
  let tokens = rate * BURST_SECONDS;
  let filledAtMs = nowMs();

  function take(wanted: number): number {
    const at = nowMs();
    tokens = Math.min(rate * BURST_SECONDS, tokens + ((at - filledAtMs) / 1_000) * rate);
    filledAtMs = at;
    const taken = Math.min(wanted, Math.floor(tokens));
    tokens -= taken;
    return taken;
  }

  return {
    take,
    tryTake: () => take(1) === 1,
    giveBack(unused) {
      tokens = Math.min(rate * BURST_SECONDS, tokens + unused);
    },
    observe(late) {
      rate = late ? Math.max(slowest, rate * 0.67) : Math.min(fullPerSecond, rate + fullPerSecond * 0.1);
    },
    ratePerSecond: () => rate,
  };
}
