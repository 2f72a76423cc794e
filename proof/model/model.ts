import { isDeepStrictEqual } from 'node:util';
import { LADDERS, PLACES } from './acts';
import type { Answer, Contact, Ladder, Place, Scope, Word } from './acts';

// The rules of docs/lifecycle.md once more, small enough to be read whole. No fence, no locks, no tables and no clock:
// it is told what is done when, and foretells what anybody sees then. Instants and spans are in ms. The engine may act
// up to a minute after its time.
const [MINUTE, HOUR] = [60_000, 3_600_000];
/** Strongest first, and the stage that each leads to. */
const REASONS = ['opted_out', 'handed_off', 'closed_won', 'closed_lost', 'replied', 'cancelled', 'ghosted'];
const STAGES = ['opted_out', 'handed_off', 'won', 'lost', 'engaged', null, 'ghosted'];
const holds = (reason: string | null) => REASONS.slice(0, 4).includes(reason ?? '');
const isStronger = (one: string, other: string | null) =>
  !other || REASONS.indexOf(one) < REASONS.indexOf(other);

/** `doneAt`: when the step before the next counts as done. `next` 0: nothing comes. `held`: by everybody's pause. */
export type Episode = Record<'number' | 'version' | 'openedAt' | 'anchorAt' | 'next' | 'sent', number> &
  Record<'doneAt' | 'dueAt' | 'leftMs' | 'pausedUntil' | 'endedAt', number | null> &
  Record<'state' | 'reason', string | null> & { held: boolean };
const IDLE = { next: 0, dueAt: null, held: false, leftMs: null, pausedUntil: null };

/** `verdicts`: what the provider will answer. `looseMs`: by so much the engine's own instants may differ from ours. */
const begin = (place: Place) => ({
  ...{ ...PLACES[place], stage: 'engaged', reason: null as string | null },
  ...{ heardAt: 0, offsetMs: 0, looseMs: 0, verdicts: [] as Answer[] },
  ...{ episode: null as Episode | null, ladder: LADDERS[0], words: [] as (string | undefined)[] },
  ...{ deliveries: {} as Record<string, string>, calls: [] as string[] },
});
export type Conversation = ReturnType<typeof begin>;
export const running = ({ episode }: Conversation) => (episode?.state === 'ended' ? null : episode);

export class Model {
  readonly conversations = new Map<Place, Conversation>();
  readonly optOuts = [new Set<Scope>(), new Set<Scope>()] as const;
  readonly versions = [LADDERS[0]];
  paused = false;

  create(place: Place, word: Word, now: number): string {
    if (this.conversations.has(place)) return 'existing';
    if (word.ageMin < -5) return 'validation_failed';
    const c = begin(place);
    this.conversations.set(place, c);
    const closed = this.optOuts[c.contact];
    if (closed.has('all') || closed.has(c.channel)) this.end(c, 'opted_out', now);
    this.say(c, word, now);
    return 'created';
  }
  say(c: Conversation, word: Word, now: number): string {
    if (word.id !== undefined && c.words.includes(word.id)) return 'duplicate';
    if (word.ageMin < -5) return 'validation_failed';
    c.words.push(word.id);
    if (word.echo) return 'none';
    return word.by === 'them' ? this.hear(c, word, now) : this.speak(c, word, now + c.offsetMs);
  }
  hear(c: Conversation, word: Word, now: number): string {
    const at = now + c.offsetMs;
    c.heardAt = word.optsOut ? at : Math.min(at, Math.max(c.heardAt, at - word.ageMin * MINUTE));
    if (word.optsOut) return this.optOut(c.contact, 'all', now);
    if (!running(c) && c.reason !== 'ghosted' && c.reason !== 'cancelled') return 'none';
    this.end(c, 'replied', at);
    return 'stopped';
  }
  speak(c: Conversation, word: Word, at: number, e = running(c)): string {
    const [sentAt, anchorAt] = [at - word.ageMin * MINUTE, c.episode?.anchorAt ?? 0];
    const isLate = e ? sentAt <= anchorAt : sentAt < Math.max(c.heardAt, anchorAt);
    if (holds(c.reason) || isLate) return 'none';
    if (!e) return this.open(c, sentAt, at);
    this.plan(c.ladder, Object.assign(e, { anchorAt: sentAt }), e.next, at);
    return 'reanchored';
  }

  stop(c: Conversation, reason: string, now: number): string {
    const isNew = isStronger(reason, c.reason);
    if (reason === 'opted_out') this.optOut(c.contact, 'all', now);
    else if (isNew) this.end(c, reason, now + c.offsetMs);
    return isNew ? 'stopped' : 'none';
  }
  reopen(c: Conversation): string {
    if (c.reason === 'opted_out' || !holds(c.reason)) return 'conflict';
    Object.assign(c, { stage: 'engaged', reason: null });
    return 'done';
  }
  optOut(contact: Contact, scope: Scope, now: number): string {
    const known = this.optOuts[contact].has(scope);
    this.optOuts[contact].add(scope);
    for (const c of this.conversations.values()) {
      const covered = c.contact === contact && (scope === 'all' || scope === c.channel);
      if (covered && c.reason !== 'opted_out') this.end(c, 'opted_out', now + c.offsetMs);
    }
    return known ? 'none' : 'opted_out';
  }
  optIn(contact: Contact, scope: Scope) {
    const closed = this.optOuts[contact];
    if (closed.delete('all')) closed.add('webhook').add('email');
    if (scope === 'all') closed.clear();
    closed.delete(scope);
    for (const c of this.conversations.values()) {
      const isFree = c.contact === contact && c.reason === 'opted_out' && !closed.has(c.channel);
      if (isFree) Object.assign(c, { stage: 'engaged', reason: null });
    }
  }
  pause(c: Conversation, hours: number, at: number, e = running(c)): string {
    if (e?.state === 'waiting') e.leftMs = Math.max(0, (e.dueAt ?? at) - at);
    if (e) Object.assign(e, { state: 'paused', pausedUntil: at + hours * HOUR, dueAt: null, held: false });
    return e ? 'done' : 'conflict';
  }
  resume(c: Conversation, at: number, e = running(c)): string {
    const resumed = { state: 'waiting', dueAt: at + (e?.leftMs ?? 0), leftMs: null, pausedUntil: null };
    if (e?.state === 'paused') Object.assign(e, resumed);
    return e ? 'done' : 'conflict';
  }
  /** The step that is next: leaves it out, or makes it due now. */
  move(c: Conversation, how: 'skip' | 'sendNow', at: number, e = running(c)): string {
    if (e?.state !== 'waiting' || e.next > c.ladder.delays.length) return 'conflict';
    if (how === 'sendNow') Object.assign(e, { dueAt: at, held: false });
    else this.plan(c.ladder, Object.assign(e, { doneAt: e.dueAt }), e.next + 1, at);
    return 'done';
  }
  /** Whom it held wakes within ten minutes, each at a moment of its own. */
  resumeAll(now: number, spreadMs: (place: Place) => number) {
    this.paused = false;
    for (const [place, c] of this.conversations) {
      const woken = { dueAt: now + c.offsetMs + spreadMs(place), held: false };
      if (c.episode?.held) [c.looseMs, c.episode] = [MINUTE, { ...c.episode, ...woken }];
    }
  }
  publish(ladder: Ladder) {
    const isNew = !isDeepStrictEqual(ladder, this.versions.at(-1));
    return isNew ? this.versions.push(ladder) : this.versions.length;
  }

  /** Time goes by: what falls due until then happens, each at its time, but not before `from`. */
  pass(c: Conversation, until: number, from = 0) {
    for (let e = running(c); e; e = running(c)) {
      const dueAt = (e.state === 'paused' ? e.pausedUntil : e.dueAt) ?? 0;
      if (dueAt > until) return;
      const at = Math.max(dueAt, from);
      const calls = e.state === 'waiting' && !this.paused && e.next <= c.ladder.delays.length;
      if (!calls || at - dueAt > MINUTE) c.looseMs += MINUTE;
      if (calls) this.call(c, e, dueAt, at);
      else if (e.state === 'paused') this.resume(c, at);
      else if (this.paused) Object.assign(e, { dueAt: at + 6 * HOUR, held: true });
      else this.end(c, 'ghosted', at);
    }
  }
  /** The provider is called until it is certain what it did; what it may have taken is asked again under a key only. */
  call(c: Conversation, e: Episode, dueAt: number, at: number) {
    const [step, key] = [e.next, `${e.number}.${e.next}`];
    let [status, doubt, changed] = ['', false, false];
    while (status === '') {
      const { verdict, meanwhile } = c.verdicts.shift() ?? { verdict: 'accept' };
      c.calls.push(`${c.channel} ${key}`);
      changed ||= meanwhile?.() ?? false;
      doubt ||= verdict === 'lost' || verdict === 'dies';
      if (verdict === 'accept') status = 'sent';
      else if (verdict === 'refuse') status = doubt ? 'unknown' : 'failed';
      else if (doubt && (changed || c.channel === 'email')) status = 'unknown';
      else if (changed) status = 'cancelled';
    }
    c.deliveries[key] = status;
    if (status === 'sent') e.sent += 1;
    if (/sent|unknown/.test(status) && !changed) c.stage = c.ladder.stages[step - 1] ?? '';
    if (status === 'cancelled' || running(c) !== e) return;
    if (e.state === 'paused') c.looseMs += MINUTE;
    e.doneAt = at - dueAt > MINUTE ? at : dueAt;
    this.plan(c.ladder, e, step + 1, at);
  }

  open(c: Conversation, anchorAt: number, at: number): string {
    const [number, version] = [(c.episode?.number ?? 0) + 1, this.versions.length];
    const fresh = { ...IDLE, doneAt: null, endedAt: null, reason: null, sent: 0, state: 'waiting' };
    const e: Episode = { ...fresh, number, version, openedAt: at, anchorAt };
    Object.assign(c, { stage: 'new', reason: null, episode: e, ladder: this.versions.at(-1) });
    const lifeMs = ((c.ladder.delays.at(-1) ?? 0) + c.ladder.ghostAfter) * MINUTE;
    if (at - anchorAt >= lifeMs) this.end(c, 'ghosted', at);
    else this.plan(c.ladder, e, 1, at);
    return 'started';
  }
  end(c: Conversation, reason: string, at: number) {
    Object.assign(c, { reason, stage: STAGES[REASONS.indexOf(reason)] ?? c.stage });
    if (c.episode && isStronger(reason, c.episode.reason)) c.episode.reason = reason;
    Object.assign(running(c) ?? {}, IDLE, { state: 'ended', endedAt: at });
  }
  /** due(n) = later of (when step n-1 counts as done, our latest word) + gap(n). An hour late already: skipped. */
  plan(ladder: Ladder, e: Episode, next: number, at: number): void {
    const delay = ladder.delays[next - 1];
    const gap = delay === undefined ? ladder.ghostAfter : delay - (ladder.delays[next - 2] ?? 0);
    const dueAt = Math.max(e.anchorAt, e.doneAt ?? 0) + gap * MINUTE;
    const isTooLate = delay !== undefined && at - dueAt > HOUR;
    if (isTooLate) return this.plan(ladder, Object.assign(e, { doneAt: dueAt }), next + 1, at);
    const due = e.state === 'paused' ? { leftMs: Math.max(0, dueAt - at) } : { dueAt };
    Object.assign(e, { next, held: false, ...due });
  }
}
