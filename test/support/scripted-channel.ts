import { setImmediate as tick } from 'node:timers/promises';
import type { ChannelPort, ChannelSettings, OutgoingNudge, ProviderOutcome } from '../../src/services/ports';

export interface ScriptedCall {
  nudge: OutgoingNudge;
  settings: ChannelSettings;
  at: Date;
}

/** What the next call answers; a function may wait (a provider held by the test) before it says anything. */
export type Answer = ProviderOutcome | ((call: ScriptedCall) => Promise<ProviderOutcome>);

export interface ScriptedChannel extends ChannelPort {
  calls: ScriptedCall[];
  /** Answers of the coming calls, first in first out; without one the provider accepts. */
  script: Answer[];
  /** The same for one conversation alone: they come before the common ones. */
  scriptOf(conversationId: string): Answer[];
  /** Calls that reached the provider for one conversation, as step numbers. */
  stepsOf(conversationId: string): number[];
  callsOf(conversationId: string): ScriptedCall[];
}

/** A provider whose every answer the test decides, so that one side of a race can be held still. */
export function scriptedChannel(kind: 'webhook' | 'email' = 'webhook'): ScriptedChannel {
  const calls: ScriptedCall[] = [];
  const script: Answer[] = [];
  const own = new Map<string, Answer[]>();
  const scriptOf = (conversationId: string): Answer[] => {
    const answers = own.get(conversationId) ?? [];
    own.set(conversationId, answers);
    return answers;
  };
  const callsOf = (conversationId: string) =>
    calls.filter(({ nudge }) => nudge.conversationId === conversationId);
  return {
    kind,
    keyed: kind === 'webhook',
    calls,
    script,
    scriptOf,
    callsOf,
    stepsOf: (conversationId) => callsOf(conversationId).map(({ nudge }) => nudge.step),
    reserve: () => ({ release: () => undefined }),
    async send(settings, nudge) {
      const call = { settings, nudge, at: new Date() };
      calls.push(call);
      await tick();
      const scripted = own.get(nudge.conversationId)?.shift() ?? script.shift();
      const answer = scripted ?? { outcome: 'accepted' as const, providerId: `p-${nudge.deliveryId}` };
      return typeof answer === 'function' ? answer(call) : answer;
    },
  };
}

/** A provider that waits for the test: `arrived` resolves with the call, `answer` lets it go. */
export function heldAnswer() {
  let arrive: (call: ScriptedCall) => void = () => undefined;
  let answer: (outcome: ProviderOutcome) => void = () => undefined;
  const arrived = new Promise<ScriptedCall>((resolve) => (arrive = resolve));
  const answered = new Promise<ProviderOutcome>((resolve) => (answer = resolve));
  const script: Answer = (call) => {
    arrive(call);
    return answered;
  };
  return { script, arrived, answer };
}
