import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 250;

/**
 * Asks `probe` until it answers something (not undefined, false or null; an error counts as "not yet") and returns that.
 * What takes long is asked for less often: on two cores the asking delays what is awaited. Throws after `limitMs`.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  limitMs = 15_000,
): Promise<T> {
  const beganAt = Date.now();
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    const waitedMs = Date.now() - beganAt;
    if (waitedMs >= limitMs) {
      throw new Error(`Waited ${limitMs} ms in vain for ${what}; last: ${inspect(last, { depth: 4 })}`);
    }
    await pause(Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, waitedMs / 10)));
  }
}
