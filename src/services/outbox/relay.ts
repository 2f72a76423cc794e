import { setTimeout as wait } from 'node:timers/promises';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import type { Database } from '../../db/client';
import { LANES } from '../conversation/change-thread';
import type { EngineClient } from '../ports';
import { deliverEpisode } from './deliver-episode';
import { leaseRows, readPressure, returnRow, type OutboxPressure } from './outbox-queue';
import type { StartPace } from './start-pace';

export interface RelayDependencies {
  database: Database;
  system: Database;
  engine: EngineClient;
  pace: StartPace;
  onError(error: unknown, ref: EpisodeRef | null): void;
  onPressure(pressure: OutboxPressure, startsPerSecond: number): void;
}

export interface Relay {
  /** Delivers right after a commit, in the background; what fails or must be paced stays for the loop. */
  deliverSoon(refs: EpisodeRef[]): void;
  /** Ends the loop and waits for deliveries under way. */
  close(): Promise<void>;
}

const CHANGES_AT_ONCE = 50;
const STARTS_AT_ONCE = 20;
const BUSY_MS = 100;
const IDLE_MS = 500;
const OBSERVE_EVERY_MS = 1_000;
/** Deliveries in the background of requests; beyond it the loop takes over, two seconds later. */
const MOST_BACKGROUND = 64;

/** The outbox's deliverer: at once for the request that has just committed, and two loops for everything else. */
export function startRelay(deps: RelayDependencies): Relay {
  const stopping = new AbortController();
  const background = new Set<Promise<void>>();
  let observedAtMs = 0;

  async function observe() {
    if (Date.now() - observedAtMs < OBSERVE_EVERY_MS) return;
    observedAtMs = Date.now();
    const pressure = await readPressure(deps.system);
    deps.pace.observe(pressure.lateEpisodes > 0);
    deps.onPressure(pressure, deps.pace.ratePerSecond());
  }

  async function deliverChanges(): Promise<number> {
    const changes = await leaseRows(deps.system, [LANES.change], CHANGES_AT_ONCE);
    await Promise.all(changes.map((ref) => deliver(deps, ref, () => true)));
    return changes.length;
  }

  async function deliverStarts(): Promise<number> {
    await observe();
    const mayTake = deps.pace.take(STARTS_AT_ONCE);
    const starts = await leaseRows(deps.system, [LANES.start, LANES.bulk], mayTake);
    deps.pace.giveBack(mayTake - starts.length);
    await Promise.all(starts.map((ref) => deliver(deps, ref, () => true)));
    return starts.length;
  }

  // Apart, so that no change waits for starts that hang.
  const running = Promise.all([
    keepDelivering(deps, deliverChanges, stopping.signal),
    keepDelivering(deps, deliverStarts, stopping.signal),
  ]);
  return {
    deliverSoon(refs) {
      for (const ref of refs.slice(0, MOST_BACKGROUND - background.size)) {
        const work = deliver(deps, ref, () => deps.pace.tryTake()).finally(() => background.delete(work));
        background.add(work);
      }
    },
    async close() {
      stopping.abort();
      await running;
      await Promise.all(background);
    },
  };
}

/** Never throws: what fails is told, and its row comes back soon. */
async function deliver(deps: RelayDependencies, ref: EpisodeRef, mayStart: () => boolean): Promise<void> {
  try {
    const { database, engine } = deps;
    const result = await deliverEpisode({ database, engine, mayStart }, ref);
    if (result === 'left') await returnRow(deps.system, ref);
  } catch (error) {
    deps.onError(error, ref);
    await returnRow(deps.system, ref).catch((returnError: unknown) => deps.onError(returnError, ref));
  }
}

async function keepDelivering(deps: RelayDependencies, round: () => Promise<number>, signal: AbortSignal) {
  while (!signal.aborted) {
    const delivered = await round().catch((error: unknown) => {
      deps.onError(error, null);
      return 0;
    });
    await wait(delivered > 0 ? BUSY_MS : IDLE_MS, undefined, { signal }).catch(() => undefined);
  }
}
