import { feed, until, type FeedReport, type TimedJob } from '../feed';
import { judge } from '../judge';
import type { Usage } from '../processes/usage';
import { arrived, cpuPerMessage, judgementOf, meter, newPrefix, type Arena, type Judgement } from './arena';

export interface BurstResult {
  scenario: 'burst';
  engine: string;
  size: number;
  /** From the due time to the last arrival. */
  drainSeconds: number;
  deliveredPerSecond: number;
  judgement: Judgement;
  feed: FeedReport;
  cpuMs: Record<string, number>;
  usage: Usage;
}

/** Starts a second where the engine has no backlog of its own to fear. */
const QUICK_STARTS_PER_SECOND = 250;
/** Between the last start and the due time. */
const QUIET_MS = 6_000;
const DRAIN_LIMIT_MS = 120_000;

/** Everything due at one instant; started before, at a pace that leaves no backlog behind. */
export async function runBurst(arena: Arena, size: number): Promise<BurstResult> {
  const { engine, sink } = arena;
  const prefix = newPrefix('burst');
  const perSecond = engine.startsPerSecond ?? QUICK_STARTS_PER_SECOND;
  const beginAt = Date.now() + 500;
  const dueAt = beginAt + Math.ceil((size * 1000) / perSecond) + QUIET_MS;
  const jobs = Array.from({ length: size }, (_, index): TimedJob => {
    return { id: `${prefix}${index}`, startAt: beginAt + Math.round((index * 1000) / perSecond), dueAt };
  });
  const fed = await feed(jobs, (job) => engine.schedule(job));
  await until(dueAt - 100);
  const measuring = meter(arena);
  await arrived(sink, prefix, size - fed.failed, DRAIN_LIMIT_MS);
  const usage = measuring.stop();

  const verdict = judge(jobs, await sink.arrivals(prefix), prefix);
  const drainSeconds = (verdict.lateness?.max ?? Number.NaN) / 1000;
  return {
    scenario: 'burst',
    engine: engine.name,
    size,
    drainSeconds,
    deliveredPerSecond: verdict.delivered / drainSeconds,
    judgement: judgementOf(verdict),
    feed: fed,
    cpuMs: cpuPerMessage(usage, verdict.delivered),
    usage,
  };
}
