import { setTimeout as wait } from 'node:timers/promises';
import { LONGEST_LEAD_MS, type ActInput } from '../contracts/conversation-workflow';
import type { Clock } from '../platform/clock';

/** As far behind, our clock is not the workflow's: time was skipped, or a machine's clock is wrong. */
const OTHER_CLOCK_MS = 5_000;

/**
 * A nudge is asked for a moment before it is due, so that it can be claimed when it is; nothing is decided before.
 * Where the workflow's clock is far ahead of ours, its own lead is waited out.
 */
export async function waitUntilDue(input: Pick<ActInput, 'now' | 'dueAt'>, clock: Clock): Promise<void> {
  const [dueMs, askedAtMs, ownMs] = [Date.parse(input.dueAt), Date.parse(input.now), clock.now().getTime()];
  if (ownMs >= dueMs) return;
  const leftMs = dueMs - (askedAtMs - ownMs >= OTHER_CLOCK_MS ? askedAtMs : ownMs);
  if (leftMs > 0) await wait(Math.min(leftMs, LONGEST_LEAD_MS));
}
