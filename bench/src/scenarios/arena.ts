import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../engines/engine';
import type { Verdict } from '../judge';
import { startUsageMeter, type Usage, type UsageMeter } from '../processes/usage';
import type { Sink } from '../sink';

/** Where one scenario runs: one engine and the sink that judges it. */
export interface Arena {
  engine: Engine;
  sink: Sink;
}

/** A verdict without its lists: what is published. The first few ids say where to look. */
export interface Judgement extends Omit<Verdict, ListName> {
  lost: Finding;
  sentTwice: Finding;
  acceptedTwice: Finding;
  early: Finding;
  afterReply: Finding;
  unknown: Finding;
}

type ListName = 'lost' | 'sentTwice' | 'acceptedTwice' | 'early' | 'afterReply' | 'unknown';
interface Finding {
  count: number;
  first: string[];
}

const SHOWN_IDS = 5;
const POLL_MS = 200;

export function judgementOf(verdict: Verdict): Judgement {
  const short = (ids: string[]): Finding => ({ count: ids.length, first: ids.slice(0, SHOWN_IDS) });
  return {
    ...verdict,
    lost: short(verdict.lost),
    sentTwice: short(verdict.sentTwice),
    acceptedTwice: short(verdict.acceptedTwice),
    early: short(verdict.early),
    afterReply: short(verdict.afterReply),
    unknown: short(verdict.unknown),
  };
}

/** Ids of one run: no arrival of another can be taken for one of these. */
export function newPrefix(scenario: string): string {
  return `${scenario}-${randomBytes(4).toString('hex')}-`;
}

export function meter({ engine, sink }: Arena): UsageMeter {
  return startUsageMeter(() => [
    ...engine.groups(),
    { name: 'sink', pids: [sink.pid] },
    { name: 'bench', pids: [process.pid], alone: true },
  ]);
}

/** True when `count` different ids arrived within the limit. */
export async function arrived(sink: Sink, prefix: string, count: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while ((await sink.count(prefix)) < count) {
    if (Date.now() > deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** CPU milliseconds of each group per message. */
export function cpuPerMessage(usage: Usage, messages: number): Record<string, number> {
  const parts = Object.entries(usage.groups).map(([name, { cpuSeconds }]): [string, number] => [
    name,
    (cpuSeconds * 1000) / messages,
  ]);
  return Object.fromEntries(parts);
}
