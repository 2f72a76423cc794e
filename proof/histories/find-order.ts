import type { Operation } from './operation';
import { follow, type State } from './specification';

export interface Verdict {
  verdict: 'legal' | 'illegal' | 'undecided';
  /** The most operations that could be brought into an order; all that were answered, when legal. */
  longest: readonly Operation[];
}

/** States looked at before the search gives up: far above what a history of ours needs. */
const MOST_STATES = 500_000;

/**
 * Looks for one order of a conversation's operations that the specification allows, in which whatever was answered before
 * another began comes before it (linearizability; the search of Wing and Gong, which never looks twice at the same
 * set of operations in the same state).
 */
export function findOrder(history: readonly Operation[]): Verdict {
  const operations = history.filter(mattered);
  const seen = new Set<string>();
  const order: Operation[] = [];
  let longest: Operation[] = [];
  let undecided = false;

  function search(state: State | null, left: readonly Operation[]): boolean {
    if (left.every(({ outcome }) => outcome === 'info')) return true;
    const key = `${left.map(({ invoked }) => invoked).join()} ${JSON.stringify(state)}`;
    if (seen.has(key)) return false;
    if (seen.size >= MOST_STATES) {
      undecided = true;
      return false;
    }
    seen.add(key);
    return nextSteps(state, left).some(({ operation, after }) => {
      order.push(operation);
      if (order.length > longest.length) longest = [...order];
      const rest = left.filter((other) => other !== operation);
      const found = search(after, rest);
      if (!found) order.pop();
      return found;
    });
  }

  const legal = search(null, operations);
  return { verdict: legal ? 'legal' : undecided ? 'undecided' : 'illegal', longest: legal ? order : longest };
}

/** What did not happen has no place, and a read that nobody heard of says nothing. */
function mattered({ outcome, action }: Operation): boolean {
  return outcome === 'ok' || (outcome === 'info' && action.kind !== 'read');
}

interface Step {
  operation: Operation;
  after: State;
}

/** What may come next: begun before anything left was answered, and allowed by the specification. */
function nextSteps(state: State | null, left: readonly Operation[]): Step[] {
  const firstAnswer = Math.min(...left.map(({ answered }) => answered ?? Infinity));
  const candidates = left.filter(({ invoked }) => invoked < firstAnswer).sort(byAnswer);
  const steps: Step[] = [];
  for (const operation of candidates) {
    for (const after of follow(state, operation.action, operation.answer)) {
      // What changes nothing may as well come at once: no other order needs to be tried.
      if (after === state) return [{ operation, after }];
      steps.push({ operation, after });
    }
  }
  return steps;
}

/** Whatever nobody heard of comes last: mostly it need not have happened. */
function byAnswer(one: Operation, other: Operation): number {
  return (one.answered ?? Infinity) - (other.answered ?? Infinity) || one.invoked - other.invoked;
}
