import { Client } from 'pg';

/** What PostgreSQL was asked during `work`, in order: the name of a prepared statement, else its text. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const asked = jest.spyOn(Client.prototype, 'query');
  try {
    await work();
    return asked.mock.calls.flatMap(([query]: unknown[]) => namesOf(query));
  } finally {
    asked.mockRestore();
  }
}

/** A plain text may hold several statements: `begin; set local …`. */
function namesOf(query: unknown): string[] {
  if (typeof query === 'string') return query.split('; ');
  const named = typeof query === 'object' && query !== null ? query : {};
  return [String(Reflect.get(named, 'name') ?? Reflect.get(named, 'text'))];
}
