import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { quantileOf, slopeOf } from './slope';

interface Sample {
  at: number;
  residentMb: number;
  /** Open files and sockets. */
  handles: number;
}

const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

/** Watches processes from outside, by what the kernel says of them. */
export function startSampling(processes: Record<string, number>) {
  const stopping = new AbortController();
  const samples = new Map<string, Sample[]>(Object.keys(processes).map((name) => [name, []]));
  const watching = watch();

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const [name, pid] of Object.entries(processes)) samples.get(name)?.push(sample(pid));
      await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    async stop(): Promise<void> {
      stopping.abort();
      await watching;
    },
    /** What became of each process from an instant on. */
    growthSince: (at: number) => [...samples].map(([name, all]) => growthOf(name, all, at)),
  };
}

export interface Growth {
  name: string;
  firstMb: number;
  lastMb: number;
  mbPerHour: number;
  /** Medians of the first and the last quarter. */
  handles: readonly [number, number];
}

export function growthOf(name: string, all: readonly Sample[], since: number): Growth {
  const samples = all.filter(({ at }) => at >= since);
  const quarter = Math.ceil(samples.length / 4);
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
  const median = (of: readonly Sample[], what: 'residentMb' | 'handles') =>
    quantileOf(
      of.map((one) => one[what]),
      0.5,
    );
  return {
    name,
    firstMb: median(first, 'residentMb'),
    lastMb: median(last, 'residentMb'),
    mbPerHour: slopeOf(samples.map(({ at, residentMb }) => ({ x: at / HOUR_MS, y: residentMb }))),
    handles: [median(first, 'handles'), median(last, 'handles')],
  };
}

function sample(pid: number): Sample {
  const kb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { at: Date.now(), residentMb: kb / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}
