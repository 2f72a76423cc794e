import { ApplicationFailure } from '@temporalio/activity';
import type { InFlight } from '../../src/services/conversation/in-flight';
import type { ProviderOutcome } from '../../src/services/ports';
import { STEP_STAGES, type LadderInput } from '../../src/services/sequence/build-ladder';
import type { Answer } from '../../test/support/scripted-channel';
import type { Ladder, Verdict } from './acts';

// The model's words in the engine's: what its ports and verbs are handed.

const MINUTE = 60_000;
const TEMPLATES = ['followup-10m', 'followup-3h', 'followup-6h'];
const OUTCOMES: Record<Exclude<Verdict, 'accept' | 'dies'>, ProviderOutcome> = {
  refuse: { outcome: 'refused', reason: 'HTTP 404' },
  busy: { outcome: 'busy', reason: 'HTTP 503', retryAfterMs: null },
  lost: { outcome: 'unanswered', reason: 'timed out' },
};

/** Benign: the worker does not warn of what is meant to happen. */
const death = () => ApplicationFailure.create({ message: 'the worker died', category: 'BENIGN' });

export function answerOf(verdict: Verdict, meanwhile = () => Promise.resolve()): Answer {
  return async ({ nudge }) => {
    await meanwhile();
    if (verdict === 'dies') throw death();
    if (verdict === 'accept') return { outcome: 'accepted', providerId: `p-${nudge.deliveryId}` };
    return OUTCOMES[verdict];
  };
}

export function ladderInput({ delays, stages, ghostAfter }: Ladder): LadderInput {
  const steps = delays.map((delay, index) => {
    const stage = STEP_STAGES.find((name) => name === stages[index]);
    return { delayMs: delay * MINUTE, template: TEMPLATES[index] ?? '', stage };
  });
  return { steps, ghostAfterMs: ghostAfter * MINUTE };
}

/** An effect, and how many calls it reports as under way. */
export const named = (effect: string, inFlight: InFlight[]): string =>
  inFlight.length === 0 ? effect : `${effect}, ${inFlight.length} under way`;
