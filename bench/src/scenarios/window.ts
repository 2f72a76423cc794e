import { feed, until, type FeedReport, type TimedJob } from '../feed';
import { judge, type Arrival } from '../judge';
import type { Usage } from '../processes/usage';
import type { Spread } from '../spread';
import { arrived, cpuPerMessage, judgementOf, meter, newPrefix, type Arena, type Judgement } from './arena';

export interface WindowOptions {
  /** Starts a second, and after the lead nudges a second. */
  rate: number;
  /** From a job's start to its due time. */
  leadMs: number;
  /** How long starts and nudges run together. */
  windowMs: number;
}

export interface WindowResult {
  scenario: 'window';
  engine: string;
  rate: number;
  windowSeconds: number;
  deliveredPerSecond: number;
  judgement: Judgement;
  feed: FeedReport;
  /** While starts and nudges ran together; without the first seconds. */
  together: Phase;
  /** After the last start: what a nudge alone costs. */
  nudgesOnly: Phase;
}

interface Phase {
  /** That arrived in it. */
  nudges: number;
  /** Of the nudges due in this phase, in ms. */
  lateness: Spread | null;
  /** Milliseconds per nudge of each process group. */
  cpuMs: Record<string, number>;
  usage: Usage;
}

/** Not measured: caches fill, the just-in-time compiler warms up. */
const WARM_UP_MS = 3_000;
const LATE_LIMIT_MS = 120_000;

/** Life: starts are spread, and run beside nudges at the same rate (references/floor.md says why). */
export async function runWindow(
  arena: Arena,
  { rate, leadMs, windowMs }: WindowOptions,
): Promise<WindowResult> {
  const { engine, sink } = arena;
  const prefix = newPrefix(`window${rate}`);
  const beginAt = Date.now() + 500;
  const jobs = Array.from(
    { length: Math.round((rate * (leadMs + windowMs)) / 1000) },
    (_, index): TimedJob => {
      const startAt = beginAt + Math.round((index * 1000) / rate);
      return { id: `${prefix}${index}`, startAt, dueAt: startAt + leadMs };
    },
  );
  const feeding = feed(jobs, (job) => engine.schedule(job));

  const from = beginAt + leadMs + WARM_UP_MS;
  const to = beginAt + leadMs + windowMs;
  await until(from);
  const meterTogether = meter(arena);
  await until(to);
  const togetherUsage = meterTogether.stop();
  const meterAlone = meter(arena);
  await until(to + leadMs);
  const aloneUsage = meterAlone.stop();
  const fed = await feeding;
  await arrived(sink, prefix, jobs.length - fed.failed, LATE_LIMIT_MS);

  const arrivals = await sink.arrivals(prefix);
  const measured = jobs.filter(({ dueAt }) => dueAt >= from && dueAt < to);
  const after = jobs.filter(({ dueAt }) => dueAt >= to);
  const together = phaseOf(togetherUsage, measured, arrivals, [from, to]);
  return {
    scenario: 'window',
    engine: engine.name,
    rate,
    windowSeconds: (to - from) / 1000,
    deliveredPerSecond: (together.nudges * 1000) / (to - from),
    judgement: judgementOf(judge(jobs, arrivals, prefix)),
    feed: fed,
    together,
    nudgesOnly: phaseOf(aloneUsage, after, arrivals, [to, to + leadMs]),
  };
}

function phaseOf(
  usage: Usage,
  jobs: TimedJob[],
  arrivals: readonly Arrival[],
  [from, to]: [number, number],
): Phase {
  // By what arrived, not by what was due: an engine that falls behind has not done the work yet.
  const nudges = arrivals.filter(({ at }) => at >= from && at < to).length;
  return { nudges, lateness: judge(jobs, arrivals).lateness, cpuMs: cpuPerMessage(usage, nudges), usage };
}
