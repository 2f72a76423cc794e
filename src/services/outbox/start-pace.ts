/** Bulk: those that give way, an import's and live ones that are not due soon. */
export type StartKind = 'live' | 'bulk';

/** Of the full rate, what bulk starts may take when all is well: at nearly all of it nudges were ten times as late. */
const BULK_SHARE = 0.5;
/** Bulk starts never go slower than this, however late the nudges are: a stuck provider must not stop an import. */
const SLOWEST_PER_SECOND = 5;
/** Starts may catch up at most this much of a second at once. */
const BURST_SECONDS = 0.5;

export interface StartPace {
  /** Takes up to `wanted` starts of one kind. */
  take(wanted: number, kind: StartKind): number;
  /** Returns starts that were taken and not needed: looking at an empty outbox must not use them up. */
  giveBack(unused: number, kind: StartKind): void;
  /** Told every second whether nudges are late: late slows bulk starts down by a third, on time speeds them up again. */
  observe(late: boolean): void;
  bulkPerSecond(): number;
}

/**
 * Paces workflow starts, since a start costs the server as much as a nudge and a timer set behind a burst of starts is late
 * for ever after. Bulk starts also give way to due nudges. Live ones that are
 * due soon do not: held back below the rate at which they come, they would be due before they are started, and late.
 */
export function createStartPace(fullPerSecond: number, nowMs: () => number): StartPace {
  const fullBulk = fullPerSecond * BULK_SHARE;
  const slowest = Math.min(SLOWEST_PER_SECOND, fullBulk);
  let bulkRate = fullBulk;
  const all = createBucket(() => fullPerSecond, nowMs);
  const bulk = createBucket(() => bulkRate, nowMs);

  function take(wanted: number, kind: StartKind): number {
    if (kind === 'live') return all.take(wanted);
    const allowed = bulk.take(wanted);
    const taken = all.take(allowed);
    bulk.giveBack(allowed - taken);
    return taken;
  }

  return {
    take,
    giveBack(unused, kind) {
      all.giveBack(unused);
      if (kind === 'bulk') bulk.giveBack(unused);
    },
    observe(late) {
      bulkRate = late ? Math.max(slowest, bulkRate * 0.67) : Math.min(fullBulk, bulkRate + fullBulk * 0.1);
    },
    bulkPerSecond: () => bulkRate,
  };
}

/** A token bucket that holds half a second of its rate. */
function createBucket(ratePerSecond: () => number, nowMs: () => number) {
  const most = () => ratePerSecond() * BURST_SECONDS;
  let tokens = most();
  let filledAtMs = nowMs();
  return {
    take(wanted: number): number {
      const at = nowMs();
      tokens = Math.min(most(), tokens + ((at - filledAtMs) / 1_000) * ratePerSecond());
      filledAtMs = at;
      const taken = Math.min(wanted, Math.floor(tokens));
      tokens -= taken;
      return taken;
    },
    giveBack(unused: number): void {
      tokens = Math.min(most(), tokens + unused);
    },
  };
}
