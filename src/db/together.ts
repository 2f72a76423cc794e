/**
 * Sends statements of a transaction in one round trip; PostgreSQL runs them in this order, each with a snapshot of its own.
 * Each is one statement, sent by `execute`; the last may go on with others. One that fails fails those behind it. The first
 * error is thrown when all are answered: nothing runs on after the rollback.
 */
export async function together<T extends readonly unknown[] | []>(
  statements: T,
): Promise<{ -readonly [Key in keyof T]: Awaited<T[Key]> }> {
  if (statements.some(isUnsent)) throw new TypeError('a query that is not sent yet: call its execute()');
  await Promise.allSettled(statements);
  return Promise.all(statements);
}

/** Query builders are sent when somebody waits for them: later than the others, and once for each who waits. */
function isUnsent(statement: unknown): boolean {
  return (
    typeof statement === 'object' &&
    statement !== null &&
    'then' in statement &&
    !(statement instanceof Promise)
  );
}
