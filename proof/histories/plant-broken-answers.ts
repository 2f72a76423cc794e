import { findOrder } from './find-order';
import type { Operation } from './operation';

const MOST = 25;

/**
 * Takes histories as they were recorded and turns one acknowledged stop of each into its opposite; throws unless the
 * checker refuses every one. A checker that accepts anything proves nothing.
 */
export function plantBrokenAnswers(histories: readonly (readonly Operation[])[]): string {
  const planted = histories.flatMap(breakOne).slice(0, MOST);
  if (planted.length === 0) throw new Error('no history has a stop in it: there is nothing to break');
  const accepted = planted.filter((history) => findOrder(history).verdict !== 'illegal');
  if (accepted.length > 0) {
    throw new Error(
      `the checker is blind: it accepts ${accepted.length} of ${planted.length} broken histories`,
    );
  }
  return `planted one wrong answer in each of ${planted.length} histories: the checker refused all`;
}

/** The last stop that was answered: it ends nothing now, although what it was shown has ended. */
function breakOne(history: readonly Operation[]): Operation[][] {
  const at = history.findLastIndex(({ answer }) => answer?.effect === 'stopped');
  const operation = history[at];
  if (!operation?.answer) return [];
  const { answer } = operation;
  const broken = {
    ...operation,
    answer: { ...answer, seen: { ...answer.seen, running: true, reason: null } },
  };
  return [history.with(at, broken)];
}
