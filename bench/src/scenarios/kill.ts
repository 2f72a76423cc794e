import { feed, until, type FeedReport, type TimedJob } from '../feed';
import { judge, type Planned } from '../judge';
import { judgementOf, newPrefix, type Arena, type Judgement } from './arena';

export interface KillOptions {
  rate: number;
  leadMs: number;
  windowMs: number;
  /** Kills, in ms after the first nudge is due. */
  killsAtMs: number[];
  /** How long the sink takes to answer: what is in flight when the worker dies depends on it. */
  latencyMs: number;
  /** From the last kill until judgement: longer than any engine's own recovery. */
  watchMs: number;
}

export interface KillResult {
  scenario: 'kill';
  engine: string;
  kills: number;
  options: KillOptions;
  /** Replies that were acknowledged, and how many of them named a send under way. */
  replies: { acknowledged: number; inFlight: number; failed: number };
  judgement: Judgement;
  /** From each kill to the next arrival at the sink. */
  firstSendAfterMs: (number | null)[];
  feed: FeedReport;
}

const DEAD_MS = 2_000;
const SHARE_REPLIED = 5;
/** Replies fall from this long before the due time to half of it after. */
const REPLY_SPREAD_MS = 100;

/** The same for all: kill -9 of the worker under load, another one 2 s later, while every fifth contact replies. */
export async function runKill(arena: Arena, options: KillOptions): Promise<KillResult> {
  const { engine, sink } = arena;
  const { rate, leadMs, windowMs, killsAtMs, latencyMs, watchMs } = options;
  const prefix = newPrefix('kill');
  const beginAt = Date.now() + 500;
  const jobs = Array.from(
    { length: Math.round((rate * windowMs) / 1000) },
    (_, index): TimedJob & Planned => {
      const startAt = beginAt + Math.round((index * 1000) / rate);
      return { id: `${prefix}${index}`, startAt, dueAt: startAt + leadMs };
    },
  );
  await sink.setLatency(latencyMs);
  const feeding = feed(jobs, (job) => engine.schedule(job));
  const replying = engine.reply ? replyToSome(jobs, engine.reply.bind(engine)) : undefined;
  const kills: number[] = [];
  for (const killAtMs of killsAtMs) {
    await until(beginAt + leadMs + killAtMs);
    kills.push(Date.now());
    await engine.killWorker();
    await until(Date.now() + DEAD_MS);
    await engine.startWorker();
  }
  const fed = await feeding;
  const replies = (await replying) ?? { acknowledged: 0, inFlight: 0, failed: 0 };
  await until(Math.max(beginAt + leadMs + windowMs, kills.at(-1) ?? 0) + watchMs);
  await sink.setLatency(0);

  const arrivals = await sink.arrivals(prefix);
  const nextAfter = (killedAt: number) => arrivals.find(({ at }) => at > killedAt + DEAD_MS)?.at;
  return {
    scenario: 'kill',
    engine: engine.name,
    kills: kills.length,
    options,
    replies,
    judgement: judgementOf(judge(jobs, arrivals, prefix)),
    firstSendAfterMs: kills
      .map((at) => (nextAfter(at) ?? Number.NaN) - at)
      .map((ms) => (Number.isNaN(ms) ? null : ms)),
    feed: fed,
  };
}

/** Notes on each job when its reply was acknowledged, and what the acknowledgement said. */
async function replyToSome(jobs: Planned[], reply: (id: string) => Promise<{ inFlight: boolean }>) {
  const counts = { acknowledged: 0, inFlight: 0, failed: 0 };
  const calls: Promise<void>[] = [];
  const replied = jobs
    .filter((_, index) => index % SHARE_REPLIED === 0)
    .map((job, index) => ({
      job,
      at: job.dueAt - REPLY_SPREAD_MS + ((index * 37) % (REPLY_SPREAD_MS * 1.5)),
    }))
    .sort((one, other) => one.at - other.at);
  for (const { job, at } of replied) {
    await until(at);
    const call = reply(job.id).then(
      ({ inFlight }) => {
        job.repliedAt = Date.now();
        job.namedInFlight = inFlight;
        counts.acknowledged += 1;
        if (inFlight) counts.inFlight += 1;
      },
      () => void (counts.failed += 1),
    );
    calls.push(call);
  }
  await Promise.all(calls);
  return counts;
}
