import { setTimeout as wait } from 'node:timers/promises';
import type { ChannelPort } from '../services/ports';

/** A channel that is merely full frees a place within moments: cheaper to wait for than to be retried by the server. */
const FULL_WAITS_UNDER_MS = 1_000;
const PATIENCE_MS = 5_000;

type Place = ReturnType<ChannelPort['reserve']>;

/** A place among the channel's calls, waited for within the attempt while it is only full; an open circuit answers. */
export async function reservePatiently(channel: ChannelPort, circuitKey: string): Promise<Place> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const place = channel.reserve(circuitKey);
    if (!('waitMs' in place)) return place;
    if (place.waitMs >= FULL_WAITS_UNDER_MS || performance.now() + place.waitMs > giveUpAtMs) return place;
    await wait(place.waitMs);
  }
}
