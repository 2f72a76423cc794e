import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

const POLL_MS = 20;

/**
 * Asks `probe` until it answers something (not undefined, false or null) and returns that. An error of the probe counts
 * as "not yet". Throws after `limitMs`, naming what was awaited and what the probe said last.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false && answer !== null) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`Waited ${limitMs} ms in vain for ${what}; last: ${inspect(last, { depth: 4 })}`);
    }
    await pause(POLL_MS);
  }
}
