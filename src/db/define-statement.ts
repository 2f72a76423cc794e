import type { Tx } from './client';

/**
 * A statement of the hot path, built once per connection and prepared there by its name: building a wide query costs
 * more than running it. `build` ends in `.prepare('a_unique_name')` and uses placeholders for what varies.
 */
export function defineStatement<Statement extends object>(
  build: (tx: Tx) => Statement,
): (tx: Tx) => Statement {
  const built = new WeakMap<Tx, Statement>();
  return (tx) => {
    const known = built.get(tx);
    if (known) return known;
    const statement = build(tx);
    built.set(tx, statement);
    return statement;
  };
}
