import type { ProviderRecord } from '../../test/support/recording-ledger';

export interface Drain {
  /** Deliveries a second, without the first 30 %, some of which stood ready, and without the last 10 %, stragglers. */
  perSecond: number;
  /** First and last delivery, from when everything was back. */
  firstMs: number;
  lastMs: number;
  /** Requests a nudge, refused ones included. */
  attempts: number;
  /** Nudges that never came. */
  missing: number;
}

const [FROM, TO] = [0.3, 0.9];

export function drainOf(records: readonly ProviderRecord[], nudges: number, backAt: number): Drain {
  const arrivals = new Map<string | null, number>();
  for (const { accepted, conversationId, at } of records) {
    if (accepted) arrivals.set(conversationId, Math.min(at, arrivals.get(conversationId) ?? Infinity));
  }
  const inOrder = [...arrivals.values()].sort((one, other) => one - other);
  const [from, to] = [Math.floor(inOrder.length * FROM), Math.ceil(inOrder.length * TO) - 1];
  const tookMs = (inOrder[to] ?? 0) - (inOrder[from] ?? 0);
  return {
    perSecond: tookMs > 0 ? ((to - from) * 1000) / tookMs : 0,
    firstMs: (inOrder[0] ?? Infinity) - backAt,
    lastMs: (inOrder.at(-1) ?? Infinity) - backAt,
    attempts: records.length / nudges,
    missing: nudges - inOrder.length,
  };
}
