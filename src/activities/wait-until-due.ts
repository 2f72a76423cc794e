import { setTimeout as wait } from 'node:timers/promises';
import { NUDGE_LEAD_MS, type ActInput } from '../contracts/conversation-workflow';
import type { Clock } from '../platform/clock';

/** Further apart, the workflow's clock is not ours: time was skipped, or a machine's clock is wrong. */
const SAME_CLOCK_MS = 5_000;

/**
 * A nudge is asked for a moment before it is due, so that everything is prepared when it is; nothing is claimed before.
 * With clocks that differ the workflow's own lead is waited out.
 */
export async function waitUntilDue(input: Pick<ActInput, 'now' | 'dueAt'>, clock: Clock): Promise<void> {
  const askedAtMs = Date.parse(input.now);
  const ownMs = clock.now().getTime();
  const fromMs = Math.abs(ownMs - askedAtMs) < SAME_CLOCK_MS ? ownMs : askedAtMs;
  const leftMs = Date.parse(input.dueAt) - fromMs;
  if (leftMs > 0) await wait(Math.min(leftMs, NUDGE_LEAD_MS));
}
