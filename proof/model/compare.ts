import { deepStrictEqual } from 'node:assert/strict';
import type { Look, Seen } from './look';
import { running, type Conversation, type Model } from './model';

const SCOPES = ['all', 'webhook', 'email'] as const;

/** Throws, with what differs, unless every conversation looks as the model foretells. */
export function compare(model: Model, { now, seen }: Look): void {
  for (const c of model.conversations.values()) model.pass(c, now + c.offsetMs);
  const foretold = new Map([...model.conversations].map(([place, c]) => [place, c]));
  for (const [place, { offsetMs, ...found }] of seen) {
    const c = foretold.get(place);
    if (c) takeOver(c, found);
    deepStrictEqual(
      { place, offsetMs, ...found },
      { place, offsetMs: c?.offsetMs, ...(c && seenOf(model, c)) },
    );
  }
  deepStrictEqual([...seen.keys()], [...foretold.keys()]);
}

/** An instant that the engine chose itself is right within limits; what follows from it is foretold to the millisecond. */
function takeOver(c: Conversation, { episode: found }: Omit<Seen, 'offsetMs'>): void {
  const { episode, looseMs } = c;
  c.looseMs = 0;
  if (!episode || !found) return;
  for (const name of ['dueAt', 'doneAt', 'leftMs', 'endedAt'] as const) {
    const [own, theirs] = [episode[name], found[name]];
    if (own !== null && theirs !== null && Math.abs(theirs - own) <= looseMs) episode[name] = theirs;
  }
}

function seenOf(model: Model, c: Conversation): Seen {
  const { stage, deliveries, calls, words, ladder, episode: e } = c;
  const optedOut = SCOPES.filter((scope) => model.optOuts[c.contact].has(scope));
  const isLast = e !== null && e.next > ladder.delays.length;
  const nudge = `nudge ${e?.next} ${ladder.stages[(e?.next ?? 0) - 1]}`;
  const comes = !running(c) ? 'nothing' : isLast ? `ghost ${e.next} ghosted` : nudge;
  return { stage, optedOut, messages: words.length, deliveries, calls, episode: e && { ...e, comes } };
}
