import { STRONGEST_FIRST, type Action, type Answer, type Reason, type Seen } from './operation';

/**
 * What a conversation is when one thing happens after another: the promises of docs/lifecycle.md about stages, episodes
 * and stop reasons, written down a second time, without a line of the engine.
 */
export interface State extends Seen {
  /** Of the latest word that counts: a word of ours dated before it opens nothing. */
  wordAt: number;
}

interface Outcome {
  effect: string;
  /** The same object when nothing changed. */
  after: State;
}

/** Everything that may stand after `action` with this answer, from `state` (null: not created yet). None: it cannot be. */
export function follow(state: State | null, action: Action, answer: Answer | null): State[] {
  const before: (State | null)[] = state === null ? [null] : meanwhile(state);
  return before.flatMap((standing) =>
    outcomes(standing, action)
      .filter((outcome) => answer === null || agrees(outcome, answer))
      // Without an answer only what changes something matters: else it may as well not have happened.
      .filter(({ after }) => answer !== null || after !== standing)
      .map(({ after }) => after),
  );
}

function agrees({ effect, after }: Outcome, { effect: said, seen }: Answer): boolean {
  return (
    effect === said &&
    after.stage === seen.stage &&
    after.episode === seen.episode &&
    after.running === seen.running &&
    after.reason === seen.reason
  );
}

/** What the engine may do by itself before the next request: nudge, and ghost. */
function meanwhile(state: State): State[] {
  if (!state.running) return [state];
  const nudged: State[] = state.stage === 'new' ? [{ ...state, stage: 'followup' }] : [];
  return [state, ...nudged, ghosted(state)];
}

function outcomes(state: State | null, action: Action): Outcome[] {
  if (action.kind === 'create') {
    return state === null ? opened('created', 1, action.sentAt) : [{ effect: 'existing', after: state }];
  }
  // Its id is known from the answer to its creation.
  if (state === null) return [];
  switch (action.kind) {
    case 'read':
      return [{ effect: 'read', after: state }];
    case 'stop':
      return [stopped(state, action.reason)];
    case 'inbound':
      return [heard(state, action.sentAt)];
    case 'outbound':
      return spoken(state, action.sentAt);
  }
}

/** A silence that is older than its whole ladder when we hear of it is ghosted at once. */
function opened(effect: string, episode: number, sentAt: number): Outcome[] {
  const state: State = { stage: 'new', episode, running: true, reason: null, wordAt: sentAt };
  return [
    { effect, after: state },
    { effect, after: ghosted(state) },
  ];
}

function ghosted(state: State): State {
  return { ...state, stage: 'ghosted', running: false, reason: 'ghosted' };
}

function heard(state: State, sentAt: number): Outcome {
  const wordAt = Math.max(state.wordAt, sentAt);
  if (state.running || state.reason === 'ghosted' || state.reason === 'cancelled') {
    const after: State = { ...state, stage: 'engaged', running: false, reason: 'replied', wordAt };
    return { effect: 'stopped', after };
  }
  const counts = state.reason === 'replied' && wordAt > state.wordAt;
  return { effect: 'none', after: counts ? { ...state, wordAt } : state };
}

function spoken(state: State, sentAt: number): Outcome[] {
  if (isFinal(state.reason)) return [{ effect: 'none', after: state }];
  if (state.running) {
    const isNewer = sentAt > state.wordAt;
    return [
      isNewer
        ? { effect: 'reanchored', after: { ...state, wordAt: sentAt } }
        : { effect: 'none', after: state },
    ];
  }
  if (sentAt < state.wordAt) return [{ effect: 'none', after: state }];
  return opened('started', state.episode + 1, sentAt);
}

const STAGES = {
  opted_out: 'opted_out',
  handed_off: 'handed_off',
  closed_won: 'won',
  closed_lost: 'lost',
  cancelled: null,
} as const;

function stopped(state: State, reason: keyof typeof STAGES): Outcome {
  if (strength(reason) <= strength(state.reason)) return { effect: 'none', after: state };
  const after = { ...state, stage: STAGES[reason] ?? state.stage, running: false, reason };
  return { effect: 'stopped', after };
}

/** 0: nothing stands. */
export function strength(reason: Reason | null): number {
  return reason === null ? 0 : STRONGEST_FIRST.length - STRONGEST_FIRST.indexOf(reason);
}

/** Nothing that these clients may ask for leads out of these. */
export function isFinal(reason: Reason | null): boolean {
  return strength(reason) > strength('replied');
}
