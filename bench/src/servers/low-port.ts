import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const ATTEMPTS = 50;
const taken = new Set<number>();

/** A free port below 32,768: Temporal's PostgreSQL schema keeps its servers' ports in a smallint. Never twice the same. */
export async function lowPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(12_000, 32_000);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error('no free port between 12,000 and 32,000');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
