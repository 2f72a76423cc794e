import { setTimeout as wait } from 'node:timers/promises';

const TRIES = 4;
const BETWEEN_MS = 500;

/**
 * The provider has answered: losing that answer turns a send on an unkeyed channel into `unknown`. So a database that is
 * away for a moment is waited for within the attempt. `record` must be safe to run twice. Throws its last error.
 */
export async function recordWithPatience<T>(record: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await record();
    } catch (error) {
      if (attempt === TRIES) throw error;
      await wait(BETWEEN_MS * attempt);
    }
  }
}
