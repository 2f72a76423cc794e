import { setTimeout as wait } from 'node:timers/promises';
import type { ChannelPort } from '../services/ports';

/** A channel that is merely full frees a place within moments: cheaper to wait for than to be retried by the server. */
const FULL_WAITS_UNDER_MS = 1_000;
const PATIENCE_MS = 5_000;

type Place = ReturnType<ChannelPort['reserve']>;

/**
 * A place among the channel's calls, waited for within the attempt while it is only full; an open circuit answers. What
 * the attempt has waited since `beganAtMs` (of `performance.now()`) to be due counts, so that time for the call is left.
 */
export async function reservePatiently(
  channel: ChannelPort,
  circuitKey: string,
  beganAtMs: number,
): Promise<Place> {
  const giveUpAtMs = beganAtMs + PATIENCE_MS;
  for (;;) {
    const place = channel.reserve(circuitKey);
    if (!('waitMs' in place)) return place;
    if (place.waitMs >= FULL_WAITS_UNDER_MS || performance.now() + place.waitMs > giveUpAtMs) return place;
    await wait(place.waitMs);
  }
}
