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

/** How often somebody waited for PostgreSQL during `work`: statements that were sent together count once. */
export async function roundTripsOf(work: () => Promise<unknown>): Promise<number> {
  const unanswered = new WeakMap<Client, number>();
  const query: unknown = Reflect.get(Client.prototype, 'query');
  if (typeof query !== 'function') throw new Error('pg has no Client.query');
  let trips = 0;
  const asked = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
    this: Client,
    ...args: unknown[]
  ) {
    const before = unanswered.get(this) ?? 0;
    if (before === 0) trips += 1;
    unanswered.set(this, before + 1);
    const answer: unknown = Reflect.apply(query, this, args);
    const answered = () => void unanswered.set(this, (unanswered.get(this) ?? 1) - 1);
    if (answer instanceof Promise) answer.then(answered, answered);
    return answer;
  });
  try {
    await work();
    return trips;
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
