import { setTimeout as pause } from 'node:timers/promises';
import type { ProofContext } from '../proof';
import type { Stack } from '../stack/start-stack';

const FROZEN_MS = 1_200;
const DOWN_BEFORE_MS = 700;
const DOWN_AFTER_MS = 1_500;

/** The worker stands still from a moment near the due time: some of its claims are made, their calls not. */
export function freezeAround(stack: Stack, { random }: ProofContext) {
  return async (dueAt: number): Promise<void> => {
    await pause(dueAt + random.between(-60, 120) - Date.now());
    stack.worker().freeze();
    await pause(FROZEN_MS);
    stack.worker().thaw();
  };
}

/** Temporal goes before the due time and comes back after the replies. */
export function outageAround(stack: Stack) {
  return async (dueAt: number): Promise<void> => {
    await pause(dueAt - DOWN_BEFORE_MS - Date.now());
    await stack.temporal.stop();
    await pause(dueAt + DOWN_AFTER_MS - Date.now());
    await stack.temporal.start();
  };
}
