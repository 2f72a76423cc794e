import type { Act, Contact, Ladder, Place, Scope, Word } from './acts';
import { Model, running, type Conversation, type Episode } from './model';

// Models with one rule broken each, and acts that tell them from the engine. A comparison that misses one is blind.

class AnswerIsNoStop extends Model {
  override end(c: Conversation, reason: string, at: number): void {
    if (reason !== 'replied') super.end(c, reason, at);
  }
}
class OptOutStaysInItsChannel extends Model {
  override optOut(contact: Contact, scope: Scope, now: number): string {
    super.optOut(contact, 'webhook', now);
    this.optOuts[contact].delete('webhook');
    this.optOuts[contact].add(scope);
    return 'opted_out';
  }
}
class OptOutCrossesContacts extends Model {
  override optOut(contact: Contact, scope: Scope, now: number): string {
    for (const c of this.conversations.values()) this.end(c, 'opted_out', now + c.offsetMs);
    return super.optOut(contact, scope, now);
  }
}
class WordLeavesTheLadder extends Model {
  override speak(c: Conversation, word: Word, at: number): string {
    return running(c) ? 'reanchored' : super.speak(c, word, at);
  }
}
class EditReachesRunning extends Model {
  override publish(ladder: Ladder): number {
    for (const c of this.conversations.values()) c.ladder = ladder;
    return super.publish(ladder);
  }
}
class PauseKeepsNothing extends Model {
  override resume(c: Conversation, at: number): string {
    if (c.episode) c.episode.leftMs = 0;
    return super.resume(c, at);
  }
}
class LostMailIsSentAgain extends Model {
  override call(c: Conversation, e: Episode, dueAt: number, at: number): void {
    super.call(Object.assign(c, { channel: 'webhook' }), e, dueAt, at);
  }
}
class LateIsForgotten extends Model {
  override plan(ladder: Ladder, e: Episode, next: number, at: number): void {
    super.plan(ladder, e, next, Math.min(at, e.anchorAt));
  }
}
class WeakerReasonReplaces extends Model {
  override end(c: Conversation, reason: string, at: number): void {
    super.end(c, reason, at);
    if (c.episode) c.episode.reason = reason;
  }
}
class DuplicateCounts extends Model {
  override say(c: Conversation, word: Word, now: number): string {
    return super.say(c, { ...word, id: `${c.words.length}` }, now);
  }
}

export interface Plant {
  model: new () => Model;
  acts: Act[];
}

const ours = (ageMin = 0): Word => ({ by: 'us', ageMin });
const create = (place: Place, word = ours()): Act => ({ do: 'create', place, word });
const say = (word: Word): Act => ({ do: 'say', place: 0, word });
const next = (place: Place): Act => ({ do: 'advance', place, to: 'next' });
const optOut: Act = { do: 'optOut', contact: 0, scope: 'all' };
const stop = (reason: 'handed_off' | 'cancelled'): Act => ({ do: 'stop', place: 0, reason });

export const PLANTS: readonly Plant[] = [
  { model: AnswerIsNoStop, acts: [create(0), say({ by: 'them', ageMin: 0 })] },
  { model: OptOutStaysInItsChannel, acts: [create(0), create(1), optOut] },
  { model: OptOutCrossesContacts, acts: [create(0), create(2), optOut] },
  { model: WordLeavesTheLadder, acts: [create(0), say(ours())] },
  { model: EditReachesRunning, acts: [create(0), { do: 'publish', ladder: 2 }, { do: 'skip', place: 0 }] },
  {
    model: PauseKeepsNothing,
    acts: [create(0), { do: 'pause', place: 0, hours: 1 }, { do: 'resume', place: 0 }],
  },
  {
    model: LostMailIsSentAgain,
    acts: [create(1), { do: 'answers', place: 1, verdicts: ['lost', 'dies'] }, next(1), next(1)],
  },
  { model: LateIsForgotten, acts: [create(0, ours(95))] },
  {
    model: WeakerReasonReplaces,
    acts: [create(0), stop('handed_off'), { do: 'reopen', place: 0 }, stop('cancelled')],
  },
  { model: DuplicateCounts, acts: [create(0), say({ ...ours(), id: 'm-1' }), say({ ...ours(), id: 'm-1' })] },
];

/** What told the engine from the model once: the shortest acts, as they were printed. Each holds now. */
export const FOUND: readonly Act[][] = [
  // The ladder waited for a step that had been handed over, and what the pause should have kept was late by then.
  [
    create(0),
    { do: 'interrupt', place: 0, meanwhile: { do: 'pause', place: 0, hours: 720 }, verdict: 'accept' },
  ],
  [
    { do: 'publish', ladder: 1 },
    create(0),
    { do: 'interrupt', place: 0, meanwhile: { do: 'say', place: 0, word: ours() }, verdict: 'accept' },
    next(0),
  ],
  // A weaker reason replaced the one with which the episode had ended.
  [create(0), stop('handed_off'), { do: 'reopen', place: 0 }, stop('cancelled')],
];
