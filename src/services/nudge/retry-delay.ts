const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
const LONGEST_ASKED_MS = 5 * 60_000;

/** Wait before the next call of one delivery: doubling from a second to a minute, or what the provider asked for. */
export function retryDelayMs(attempts: number, askedMs: number | null): number {
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 10));
  return askedMs === null ? doubled : Math.max(doubled, Math.min(askedMs, LONGEST_ASKED_MS));
}
