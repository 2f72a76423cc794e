import type { Database } from '../../src/db/client';
import { waitFor } from './wait-for';

/** Less than our lock timeout, so that the message names what was awaited. */
const LIMIT_MS = 8_000;

/** Waits until `count` statements of this database wait for a lock: the other side of a race stands where it should. */
export async function untilBlocked(database: Database, count = 1): Promise<void> {
  await waitFor(
    `${count} statements to wait for a lock`,
    async () => {
      // pg_stat_activity hides what others wait for from a role without privileges; pg_locks does not.
      const { rows } = await database.pool.query<{ blocked: number }>(
        `select count(distinct pid)::int as blocked from pg_locks join pg_stat_activity using (pid)
        where datname = current_database() and not granted`,
      );
      return (rows[0]?.blocked ?? 0) >= count;
    },
    LIMIT_MS,
  );
}

/** A door that the test opens; whoever holds a lock waits at it. */
export function gate() {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return {
    open,
    /** Resolves when somebody stands at the door. */
    reached,
    pass: () => {
      reach();
      return opened;
    },
  };
}
