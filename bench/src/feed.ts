import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from './engines/engine';
import { spreadOf, type Spread } from './spread';

export interface TimedJob extends Job {
  /** When the engine is told of it, epoch milliseconds. */
  startAt: number;
}

export interface FeedReport {
  accepted: number;
  /** What the engine refused, by its first messages. */
  failed: number;
  firstFailures: string[];
  /** How long the engine took to accept, in ms. */
  acceptMs: Spread | null;
  /** How far behind its own plan the bench was, in ms: far behind means that the bench was the limit. */
  behindMs: Spread | null;
}

const KEPT_FAILURES = 3;

/** Tells the engine of each job at its time, without waiting for the one before: load does not slow down for anybody. */
export async function feed(
  jobs: readonly TimedJob[],
  schedule: (job: Job) => Promise<void>,
): Promise<FeedReport> {
  const accepts: number[] = [];
  const behind: number[] = [];
  const failures: string[] = [];
  const underWay: Promise<void>[] = [];
  for (const job of jobs) {
    await until(job.startAt);
    const calledAt = Date.now();
    behind.push(calledAt - job.startAt);
    const call = schedule(job).then(
      () => void accepts.push(Date.now() - calledAt),
      (error: unknown) => void failures.push(error instanceof Error ? error.message : String(error)),
    );
    underWay.push(call);
  }
  await Promise.all(underWay);
  return {
    accepted: accepts.length,
    failed: failures.length,
    firstFailures: failures.slice(0, KEPT_FAILURES),
    acceptMs: spreadOf(accepts),
    behindMs: spreadOf(behind),
  };
}

export async function until(at: number): Promise<void> {
  const waitMs = at - Date.now();
  if (waitMs > 0) await pause(waitMs);
}
