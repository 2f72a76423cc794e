import {
  isHeld,
  type ChannelKind,
  type Deferral,
  type EpisodeState,
  type StopReason,
  type Verdict,
} from './conversation';
import type { ChannelPace, FrequencyCap } from './organization';
import { latenessLimitMs, openingAt, type Rules } from './plan';

export const GATES = [
  'episode',
  'opt_out',
  'paused',
  'handed_off',
  'lateness',
  'send_window',
  'frequency_cap',
  'channel_pace',
] as const;
export type Gate = (typeof GATES)[number];

/** One gate's stored answer: what it saw and what it said. `next` is the instant to which it defers. */
export interface GateVerdict {
  /** `text`: the gates agreed, but the template could not be rendered. */
  gate: Gate | 'text';
  verdict: 'pass' | Exclude<Verdict, 'send'>;
  input: Record<string, string | number | boolean | null | string[]>;
  next?: string;
}

/** Fresh data, read under the locks of the claim. */
export interface GateFacts {
  now: Date;
  step: number;
  /** The fence of the snapshot that asks, and the one that stands. */
  askedFence: number;
  fence: number;
  state: EpisodeState;
  nextStep: number | null;
  dueAt: Date;
  stopReason: StopReason | null;
  optOuts: readonly string[];
  channel: ChannelKind;
  organizationPaused: boolean;
  rules: Rules;
  cap: FrequencyCap | null;
  /** This contact's hand-overs in the cap's period, newest first; `cap.max` of them are enough. */
  recentHandOversAt: readonly Date[];
  pace: ChannelPace | null;
  /** First free slot of the channel and the slot this nudge already holds; both in the conversation's time. */
  nextSlotAt: Date | null;
  slotAt: Date | null;
}

export interface GateDecision {
  verdict: Verdict;
  gates: GateVerdict[];
  nextAt: Date | null;
  deferredBy: Deferral | null;
  /** Set when the pace gave a slot, to send now or to wait for: the channel's next free slot moves behind it. */
  takenSlotAt: Date | null;
}

/** An organization's pause is looked at again this often. */
export const PAUSE_RECHECK_MS = 6 * 3_600_000;
/** A reserved slot is honoured this long after it came; later (a night behind a window) a fresh one is taken. */
const SLOT_GRACE_MS = 60_000;

type Answer = Omit<GateVerdict, 'gate'> & { deferredBy?: Deferral; takenSlotAt?: Date };

const pass = (input: GateVerdict['input']): Answer => ({ verdict: 'pass', input });
const defer = (deferredBy: Deferral, next: Date, input: GateVerdict['input']): Answer => ({
  verdict: 'defer',
  input,
  next: next.toISOString(),
  deferredBy,
});

function episodeGate(facts: GateFacts): Answer {
  const input = {
    fence: facts.fence,
    askedFence: facts.askedFence,
    state: facts.state,
    nextStep: facts.nextStep,
  };
  const stands =
    facts.fence === facts.askedFence && facts.state === 'waiting' && facts.nextStep === facts.step;
  return stands ? pass(input) : { verdict: 'stop', input };
}

function optOutGate({ optOuts, channel }: GateFacts): Answer {
  const input = { optOuts: [...optOuts], channel };
  return optOuts.includes('all') || optOuts.includes(channel) ? { verdict: 'stop', input } : pass(input);
}

function pausedGate({ organizationPaused, now }: GateFacts): Answer {
  const input = { organizationPaused };
  if (!organizationPaused) return pass(input);
  return defer('organization_paused', new Date(now.getTime() + PAUSE_RECHECK_MS), input);
}

function handedOffGate({ stopReason }: GateFacts): Answer {
  const input = { stopReason };
  return isHeld(stopReason) ? { verdict: 'stop', input } : pass(input);
}

function latenessGate(facts: GateFacts): Answer {
  const limitMs = latenessLimitMs(facts.rules, facts.step);
  const lateMs = facts.now.getTime() - facts.dueAt.getTime();
  const input = { dueAt: facts.dueAt.toISOString(), lateMs, limitMs };
  return lateMs > limitMs ? { verdict: 'skip', input } : pass(input);
}

function sendWindowGate({ rules, now }: GateFacts): Answer {
  const window = rules.window;
  if (!window) return pass({ window: null });
  const input = { days: window.days, from: window.from, to: window.to, timeZone: rules.timeZone };
  const openAt = openingAt(rules, now);
  return openAt.getTime() > now.getTime() ? defer('send_window', openAt, input) : pass(input);
}

function frequencyCapGate({ cap, recentHandOversAt, now }: GateFacts): Answer {
  if (!cap) return pass({ cap: null });
  const since = now.getTime() - cap.perMs;
  const recent = recentHandOversAt.filter((at) => at.getTime() > since);
  const input = { max: cap.max, perMs: cap.perMs, recent: recent.length };
  const leaving = recent[cap.max - 1];
  if (!leaving) return pass(input);
  return defer('frequency_cap', new Date(leaving.getTime() + cap.perMs), input);
}

function channelPaceGate({ pace, nextSlotAt, slotAt, now }: GateFacts): Answer {
  if (!pace) return pass({ pace: null });
  const input = { max: pace.max, perMs: pace.perMs, slotAt: slotAt?.toISOString() ?? null };
  const sinceSlotMs = slotAt ? now.getTime() - slotAt.getTime() : Infinity;
  if (slotAt && sinceSlotMs < 0) return defer('channel_pace', slotAt, input);
  if (sinceSlotMs <= SLOT_GRACE_MS) return pass(input);
  const freeAt = nextSlotAt && nextSlotAt.getTime() > now.getTime() ? nextSlotAt : now;
  const answer = freeAt.getTime() > now.getTime() ? defer('channel_pace', freeAt, input) : pass(input);
  return { ...answer, takenSlotAt: freeAt };
}

const ANSWERS: Record<Gate, (facts: GateFacts) => Answer> = {
  episode: episodeGate,
  opt_out: optOutGate,
  paused: pausedGate,
  handed_off: handedOffGate,
  lateness: latenessGate,
  send_window: sendWindowGate,
  frequency_cap: frequencyCapGate,
  channel_pace: channelPaceGate,
};

/** Asks the gates in order; the first that refuses decides. All answers up to it are kept. */
export function decide(facts: GateFacts): GateDecision {
  const gates: GateVerdict[] = [];
  let takenSlotAt: Date | null = null;
  for (const gate of GATES) {
    const { deferredBy, takenSlotAt: taken, ...answer } = ANSWERS[gate](facts);
    gates.push({ gate, ...answer });
    takenSlotAt = taken ?? takenSlotAt;
    if (answer.verdict === 'pass') continue;
    const nextAt = answer.next ? new Date(answer.next) : null;
    return { verdict: answer.verdict, gates, nextAt, deferredBy: deferredBy ?? null, takenSlotAt };
  }
  return { verdict: 'send', gates, nextAt: null, deferredBy: null, takenSlotAt };
}

/** The channel's next free slot once `takenSlotAt` is gone. */
export function slotAfter(takenSlotAt: Date, pace: ChannelPace): Date {
  return new Date(takenSlotAt.getTime() + Math.ceil(pace.perMs / pace.max));
}
