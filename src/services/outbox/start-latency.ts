/** Starts are slow when they take so many times as long as at rest, and longer than a moment. */
const SLOW_FACTOR = 4;
const MOMENT_MS = 40;
/** What "at rest" means is learnt anew after at most twice this: Temporal may have moved further away. */
const REMEMBERED_MS = 10 * 60_000;

export interface StartLatency {
  /** Told of each workflow start that was delivered, in milliseconds. */
  note(tookMs: number): void;
  /** Whether most of those noted since the last question were slow; false when there were none. */
  wereSlow(): boolean;
}

/**
 * How long starts take, against how long they take at rest: it shows that Temporal and its database are near their limit
 * before nudges are late, and does not depend on how far away they are.
 */
export function createStartLatency(nowMs: () => number): StartLatency {
  let noted: number[] = [];
  let [quickest, quickestBefore] = [Infinity, Infinity];
  let learntAtMs = nowMs();
  return {
    note(tookMs) {
      if (nowMs() - learntAtMs >= REMEMBERED_MS) {
        [quickest, quickestBefore] = [Infinity, quickest];
        learntAtMs = nowMs();
      }
      quickest = Math.min(quickest, tookMs);
      noted.push(tookMs);
    },
    wereSlow() {
      const limitMs = Math.max(MOMENT_MS, SLOW_FACTOR * Math.min(quickest, quickestBefore));
      const slow = noted.filter((tookMs) => tookMs > limitMs).length;
      const most = slow > noted.length / 2;
      noted = [];
      return most;
    },
  };
}
