import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '../servers/free-port';

/** `wanted` if nothing listens there, any free one for 0. Throws one line that says how to go on. */
export async function choosePort(wanted: number, host: string, task: string): Promise<number> {
  if (wanted === 0) return freePort();
  const server = createServer();
  try {
    server.listen(wanted, host);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be had (${code})`;
    throw new Error(`Port ${wanted} ${why}. Choose another one: npm run ${task} -- --port ${wanted + 10}`, {
      cause: error,
    });
  } finally {
    server.close();
  }
  return wanted;
}
