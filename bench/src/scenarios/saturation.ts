import { feed, until, type TimedJob } from '../feed';
import { judge, type Arrival } from '../judge';
import type { Spread } from '../spread';
import { arrived, judgementOf, newPrefix, type Arena, type Judgement } from './arena';

export interface SaturationOptions {
  rates: number[];
  /** How long each rate lasts. */
  stepMs: number;
  leadMs: number;
}

export interface SaturationResult {
  scenario: 'saturation';
  engine: string;
  /** The most that arrived in any ten seconds, per second, while starts ran at no lower a rate. */
  mostPerSecond: number;
  /** The highest rate at which half of the nudges were less than a second late. */
  heldRate: number | null;
  steps: { rate: number; deliveredPerSecond: number; lateness: Spread | null }[];
  judgement: Judgement;
}

const HELD_P50_MS = 1_000;
const WINDOW_MS = 10_000;
const DRAIN_LIMIT_MS = 240_000;

/** Raises starts and nudges together, step by step, until the engine no longer follows. */
export async function runSaturation(arena: Arena, options: SaturationOptions): Promise<SaturationResult> {
  const { engine, sink } = arena;
  const prefix = newPrefix('saturation');
  const { jobs, steps } = planOf(options, prefix, Date.now() + 500);
  const fed = await feed(jobs, (job) => engine.schedule(job));
  const lastStep = steps.at(-1);
  await until(lastStep?.to ?? 0);
  await arrived(sink, prefix, jobs.length - fed.failed, DRAIN_LIMIT_MS);

  const arrivals = await sink.arrivals(prefix);
  const measured = steps.map(({ rate, from, to }) => ({
    rate,
    deliveredPerSecond: (arrivals.filter(({ at }) => at >= from && at < to).length * 1000) / (to - from),
    lateness: judge(
      jobs.filter(({ dueAt }) => dueAt >= from && dueAt < to),
      arrivals,
    ).lateness,
  }));
  const held = measured.filter(({ lateness }) => lateness !== null && lateness.p50 < HELD_P50_MS);
  return {
    scenario: 'saturation',
    engine: engine.name,
    mostPerSecond: mostIn(arrivals, lastStep?.to ?? 0),
    heldRate: held.at(-1)?.rate ?? null,
    steps: measured,
    judgement: judgementOf(judge(jobs, arrivals, prefix)),
  };
}

/** Starts lead the nudges by `leadMs`, so nudges of a step meet starts of the same rate, or of the next. */
function planOf({ rates, stepMs, leadMs }: SaturationOptions, prefix: string, beginAt: number) {
  const jobs: TimedJob[] = [];
  const steps = rates.map((rate, step) => {
    const from = beginAt + step * stepMs;
    for (let index = 0; index < (rate * stepMs) / 1000; index++) {
      const startAt = from + Math.round((index * 1000) / rate);
      jobs.push({ id: `${prefix}${jobs.length}`, startAt, dueAt: startAt + leadMs });
    }
    return { rate, from: from + leadMs, to: from + leadMs + stepMs };
  });
  return { jobs, steps };
}

/** Up to the last due time: what drains after it, without starts beside it, is another question. */
function mostIn(arrivals: readonly Arrival[], before: number): number {
  const times = arrivals.map(({ at }) => at).filter((at) => at < before);
  let most = 0;
  let from = 0;
  for (let to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) > WINDOW_MS) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return (most * 1000) / WINDOW_MS;
}
