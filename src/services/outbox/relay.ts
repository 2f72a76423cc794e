import { setTimeout as wait } from 'node:timers/promises';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import type { Database } from '../../db/client';
import { LANES } from '../conversation/change-thread';
import type { EngineClient } from '../ports';
import type { Touched } from '../verb-context';
import { deliverTouched, type DeliverResult } from './deliver-episode';
import { leasePatientStarts, leaseRows, readPressure, returnRow, type OutboxPressure } from './outbox-queue';
import { createStartLatency } from './start-latency';
import type { StartKind, StartPace } from './start-pace';

export interface RelayDependencies {
  database: Database;
  system: Database;
  engine: EngineClient;
  pace: StartPace;
  onError(error: unknown, ref: EpisodeRef | null): void;
  onPressure(pressure: OutboxPressure, bulkStartsPerSecond: number): void;
}

export interface Relay {
  /** Delivers right after a commit, in the background; what fails or must be paced stays for the loop. */
  deliverSoon(touched: Touched[]): void;
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
  const background = new Set<Promise<unknown>>();

  async function deliverChanges(): Promise<number> {
    const changes = await leaseRows(deps.system, [LANES.change], CHANGES_AT_ONCE);
    await Promise.all(changes.map((ref) => deliver(deps, { ref }, () => true)));
    return changes.length;
  }

  // Apart, so that no change waits for starts that hang.
  const running = Promise.all([
    keepDelivering(deps, deliverChanges, stopping.signal),
    keepDelivering(deps, startRounds(deps), stopping.signal),
  ]);
  return {
    deliverSoon(touched) {
      for (const one of touched.slice(0, MOST_BACKGROUND - background.size)) {
        const kind = one.patient ? 'bulk' : 'live';
        const work: Promise<unknown> = deliver(deps, one, () => deps.pace.take(1, kind) === 1).finally(() =>
          background.delete(work),
        );
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

/** Delivers starts, a few in each round, live ones first; once a second it looks how fast those are that give way. */
function startRounds(deps: RelayDependencies): () => Promise<number> {
  const latency = createStartLatency(() => performance.now());
  let observedAtMs = 0;

  async function observe() {
    if (Date.now() - observedAtMs < OBSERVE_EVERY_MS) return;
    observedAtMs = Date.now();
    const pressure = await readPressure(deps.system);
    const slow = latency.wereSlow();
    deps.pace.observe(slow || pressure.lateEpisodes > 0);
    deps.onPressure(pressure, deps.pace.bulkPerSecond());
  }

  async function start(ref: EpisodeRef) {
    const beganAt = performance.now();
    const result = await deliver(deps, { ref }, () => true);
    if (result === 'started') latency.note(performance.now() - beganAt);
  }

  return async () => {
    await observe();
    const { system } = deps;
    const refs: EpisodeRef[] = [];
    const take = async (kind: StartKind, lease: (limit: number) => Promise<EpisodeRef[]>) => {
      refs.push(...(await takeStarts(deps.pace, kind, STARTS_AT_ONCE - refs.length, lease)));
    };
    await take('live', (limit) => leaseRows(system, [LANES.start], limit));
    await take('bulk', (limit) => leasePatientStarts(system, limit));
    await take('bulk', (limit) => leaseRows(system, [LANES.bulk], limit));
    await Promise.all(refs.map(start));
    return refs.length;
  };
}

async function takeStarts(
  pace: StartPace,
  kind: StartKind,
  atMost: number,
  lease: (limit: number) => Promise<EpisodeRef[]>,
): Promise<EpisodeRef[]> {
  const mayTake = pace.take(atMost, kind);
  const starts = await lease(mayTake);
  pace.giveBack(mayTake - starts.length, kind);
  return starts;
}

/** Never throws: what fails is told (and null), and its row comes back soon. */
async function deliver(
  deps: RelayDependencies,
  touched: Touched,
  mayStart: () => boolean,
): Promise<DeliverResult | null> {
  const { ref } = touched;
  try {
    const { database, engine } = deps;
    return await deliverTouched({ database, engine, mayStart }, touched);
  } catch (error) {
    deps.onError(error, ref);
    await returnRow(deps.system, ref).catch((returnError: unknown) => deps.onError(returnError, ref));
    return null;
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
