import { findOrder } from './find-order';
import type { Operation } from './operation';
import { printHistory } from './print-history';
import { isFinal, strength } from './specification';

/** One line for each promise that a conversation's history breaks; the first broken order is printed whole. */
export function judgeHistories(histories: readonly (readonly Operation[])[]): string[] {
  const broken = histories.flatMap((history) => {
    const { verdict, longest } = findOrder(history);
    return verdict === 'legal' ? [] : [{ history, verdict, placed: longest.length }];
  });
  const orders = broken.map(
    ({ history, verdict, placed }) =>
      `${nameOf(history)}: no legal order (${verdict}); ${placed} of ${history.length} operations could be placed`,
  );
  const [first] = broken;
  return [
    ...orders,
    ...(first
      ? [[`history of ${nameOf(first.history)}:`, ...printHistory(first.history)].join('\n      ')]
      : []),
    ...histories.flatMap((history) => goingBack(history).slice(0, 1)),
    ...histories.flatMap(refused),
  ];
}

const nameOf = ([first]: readonly Operation[]) => first?.conversation ?? 'nothing';

/**
 * Simpler than an order, and judged apart from it: what one client was shown before another began to ask must not come
 * back weaker. Episodes only count up, reasons of one episode only get stronger, final ones stay.
 */
export function goingBack(history: readonly Operation[]): string[] {
  const shown = history.filter(({ outcome }) => outcome === 'ok');
  return shown.flatMap((later) => {
    const before = shown.filter(({ answered }) => (answered ?? Infinity) < later.invoked);
    return before
      .filter((earlier) => isWeaker(earlier, later))
      .slice(0, 1)
      .map((earlier) => `${later.conversation} went back: "${earlier.said}", and after it "${later.said}"`);
  });
}

function isWeaker({ answer: earlier }: Operation, { answer: later }: Operation): boolean {
  if (earlier === null || later === null) return false;
  const [then, now] = [earlier.seen, later.seen];
  if (now.episode < then.episode) return true;
  if (isFinal(then.reason) && now.episode !== then.episode) return true;
  return now.episode === then.episode && strength(now.reason) < strength(then.reason);
}

/** Every request of these clients is a right one: an outage may leave it unknown, nothing may refuse it. */
function refused(history: readonly Operation[]): string[] {
  return history
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ conversation, action, said }) => `${conversation}: ${action.kind} was refused: ${said}`);
}
