import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Longer than the usual load balancer keeps its connections, so that it never writes into one we have just closed. */
const KEEP_ALIVE_MS = 65_000;
const LOOK_AGAIN_MS = 50;
/** An import's body is read as fast as its rows are stored: 100,000 of them take minutes. */
const LONGEST_REQUEST_MS = 30 * 60_000;
/** What bounds a client that sends nothing: Node would let it keep its connection for the whole of that. */
const LONGEST_SILENCE_MS = 2 * 60_000;

export interface Listener {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Throws when the address is taken. */
export async function listen(app: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: LONGEST_REQUEST_MS }, app);
  server.setTimeout(LONGEST_SILENCE_MS);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close(graceMs) {
      const closed = once(server, 'close');
      let open = true;
      void closed.then(() => (open = false));
      server.close();
      const deadlineMs = Date.now() + graceMs;
      while (open && Date.now() < deadlineMs) {
        // A connection becomes idle with its last answer; Node would keep it for its client's next request.
        server.closeIdleConnections();
        await Promise.race([closed, wait(LOOK_AGAIN_MS)]);
      }
      server.closeAllConnections();
      await closed;
    },
  };
}
