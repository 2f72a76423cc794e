import type { FollowthroughEngine } from '../engines/followthrough';
import { feed, until, type FeedReport, type TimedJob } from '../feed';
import type { Usage } from '../processes/usage';
import { spreadOf, type Spread } from '../spread';
import type { Sink } from '../sink';
import { meter, newPrefix } from './arena';
import { outboxEmpty } from './our-tables';
import { runWindow, type WindowResult } from './window';

export interface ApiOptions {
  createsPerSecond: number;
  createsForMs: number;
  /** At half that rate before, not counted: nobody's first requests come at full load. */
  warmUpMs: number;
  /** Requests at once when nothing paces them. */
  clients: number;
  fullSpeedMs: number;
  repliesPerSecond: number;
  window: { rate: number; leadMs: number; windowMs: number };
}

export interface ApiResult {
  scenario: 'api';
  engine: string;
  options: ApiOptions;
  /** `POST /v1/conversations` at a steady rate, while workflows are started behind it. */
  createPaced: FeedReport;
  createUsage: Usage;
  /** As fast as `clients` get answers. */
  createFullSpeed: { perSecond: number; failed: number; ms: Spread | null };
  /** From the end of the creates until every workflow was started. */
  startsBehindSeconds: number;
  /** `POST …/messages` while nudges run. */
  reply: { ms: Spread | null; failed: number };
  beside: WindowResult;
}

const DAY_MS = 86_400_000;
const STARTS_LIMIT_MS = 300_000;

/** How fast our door is: creates alone, and replies beside nudges. */
export async function runApi(
  engine: FollowthroughEngine,
  sink: Sink,
  options: ApiOptions,
): Promise<ApiResult> {
  const prefix = newPrefix('api');
  const { createsPerSecond, createsForMs, warmUpMs } = options;
  await feed(evenly(`${prefix}warm-`, createsPerSecond / 2, warmUpMs), (job) => engine.schedule(job));
  const jobs = evenly(prefix, createsPerSecond, createsForMs);
  const measuring = meter({ engine, sink });
  const createPaced = await feed(jobs, (job) => engine.schedule(job));
  const createUsage = measuring.stop();
  const createFullSpeed = await createAtFullSpeed(engine, prefix, options);
  const behindSince = Date.now();
  await outboxEmpty(engine.postgres, STARTS_LIMIT_MS);
  const startsBehindSeconds = (Date.now() - behindSince) / 1000;

  const replying = replyBeside(engine, jobs, options);
  const beside = await runWindow({ engine, sink }, options.window);
  const reply = await replying;
  return {
    scenario: 'api',
    engine: engine.name,
    options,
    createPaced,
    createUsage,
    createFullSpeed,
    startsBehindSeconds,
    reply,
    beside,
  };
}

/** Conversations to create from now on that are due tomorrow. */
function evenly(prefix: string, perSecond: number, forMs: number): TimedJob[] {
  const beginAt = Date.now() + 500;
  return Array.from({ length: Math.round((perSecond * forMs) / 1000) }, (_, index) => {
    const startAt = beginAt + Math.round((index * 1000) / perSecond);
    return { id: `${prefix}${index}`, startAt, dueAt: startAt + DAY_MS };
  });
}

async function createAtFullSpeed(engine: FollowthroughEngine, prefix: string, options: ApiOptions) {
  const took: number[] = [];
  let failed = 0;
  let next = 0;
  const from = Date.now();
  const client = async () => {
    while (Date.now() - from < options.fullSpeedMs) {
      const id = `${prefix}full-${next++}`;
      const calledAt = Date.now();
      await engine.schedule({ id, dueAt: calledAt + DAY_MS }).then(
        () => took.push(Date.now() - calledAt),
        () => (failed += 1),
      );
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return { perSecond: (took.length * 1000) / (Date.now() - from), failed, ms: spreadOf(took) };
}

/** Replies to the sleepers, while the window's nudges run. */
async function replyBeside(engine: FollowthroughEngine, jobs: TimedJob[], options: ApiOptions) {
  const { leadMs, windowMs } = options.window;
  const beginAt = Date.now() + leadMs;
  const count = Math.min(jobs.length, Math.round((options.repliesPerSecond * windowMs) / 1000));
  const took: number[] = [];
  let failed = 0;
  const calls: Promise<void>[] = [];
  for (const [index, { id }] of jobs.slice(0, count).entries()) {
    await until(beginAt + (index * 1000) / options.repliesPerSecond);
    const calledAt = performance.now();
    const call = engine.reply(id).then(
      () => void took.push(performance.now() - calledAt),
      () => void (failed += 1),
    );
    calls.push(call);
  }
  await Promise.all(calls);
  return { ms: spreadOf(took), failed };
}
