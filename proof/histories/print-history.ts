import type { Action, Operation } from './operation';

/** A history to be read by a person: one line for each end of each operation, in the order in which they happened. */
export function printHistory(history: readonly Operation[]): string[] {
  const [first] = history;
  const startedAt = first?.from ?? 0;
  const lines = history.flatMap((operation) => {
    const { client, action, invoked, answered, outcome, from, to, said } = operation;
    const line = (at: number, word: string) =>
      `${String(at - startedAt).padStart(7)} ms  client ${client}  ${word}`;
    const begin = { place: invoked, text: line(from, `invoke ${describe(action, startedAt)}`) };
    const end = {
      place: answered ?? Number.MAX_SAFE_INTEGER,
      text: line(to, `${outcome.padEnd(6)} ${action.kind} of ${from - startedAt} ms: ${said}`),
    };
    return [begin, end];
  });
  return lines.sort((one, other) => one.place - other.place).map(({ text }) => text);
}

function describe(action: Action, startedAt: number): string {
  switch (action.kind) {
    case 'read':
      return 'read';
    case 'stop':
      return `stop (${action.reason})`;
    case 'create':
    case 'inbound':
    case 'outbound':
      return `${action.kind} dated ${action.sentAt - startedAt} ms`;
  }
}
