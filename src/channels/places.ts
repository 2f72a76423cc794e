import type { ChannelPort, ProviderOutcome } from '../services/ports';
import { Circuit } from './circuit';

const MAX_IN_FLIGHT = 20;
/** One provider that hangs must leave places to the others until its circuit opens. */
const MAX_IN_FLIGHT_PER_KEY = 16;
const FULL_WAIT_MS = 100;
const FULL_WAIT_STEP_MS = 25;
const FULL_WAIT_STEPS = 12;
const PROBE_WAIT_MS = 1_000;
/** Addresses that failed and were given up are remembered up to here. */
const MAX_CIRCUITS = 5_000;

export interface Places {
  reserve: ChannelPort['reserve'];
}

/** The calls in flight of one channel in this process, with a circuit per provider. `nowMs` must never go back. */
export function createPlaces(nowMs: () => number = () => performance.now()): Places {
  const circuits = new Map<string, Circuit>();
  let inFlight = 0;
  let turnedAway = 0;

  function take(key: string, circuit: Circuit) {
    circuits.set(key, circuit);
    if (circuits.size > MAX_CIRCUITS) forgetOldest();
    const isProbe = circuit.begin();
    inFlight += 1;
    let released = false;
    return {
      release(outcome: ProviderOutcome | null): void {
        if (released) return;
        released = true;
        inFlight -= 1;
        circuit.end(outcome && isAnswered(outcome), isProbe, nowMs());
        if (circuit.isFresh) circuits.delete(key);
      },
    };
  }

  function forgetOldest(): void {
    for (const [key, circuit] of circuits) {
      if (circuit.inFlight > 0) continue;
      circuits.delete(key);
      return;
    }
  }

  /** Staggered, so that those who were turned away together do not come back together. */
  function fullWaitMs(): number {
    turnedAway = (turnedAway + 1) % FULL_WAIT_STEPS;
    return FULL_WAIT_MS + turnedAway * FULL_WAIT_STEP_MS;
  }

  return {
    reserve(circuitKey) {
      const circuit = circuits.get(circuitKey) ?? new Circuit();
      const waitMs = circuit.waitMs(nowMs(), PROBE_WAIT_MS);
      if (waitMs > 0) return { waitMs };
      if (inFlight >= MAX_IN_FLIGHT || circuit.inFlight >= MAX_IN_FLIGHT_PER_KEY)
        return { waitMs: fullWaitMs() };
      return take(circuitKey, circuit);
    },
  };
}

/** A refusal is an answer: the provider works. */
function isAnswered({ outcome }: ProviderOutcome): boolean {
  return outcome === 'accepted' || outcome === 'refused';
}
