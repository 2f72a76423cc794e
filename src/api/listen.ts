import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Longer than the usual load balancer keeps its connections, so that it never writes into one we have just closed. */
const KEEP_ALIVE_MS = 65_000;
const LOOK_AGAIN_MS = 50;
/**
 * An import's body is read as fast as its rows are stored, which may take longer than the five minutes that Node gives a
 * request to arrive. A connection on which nothing moves has those five minutes still.
 */
const LIMITS = { requestMs: 30 * 60_000, silenceMs: 5 * 60_000, lookEveryMs: 30_000 };

export interface Listener {
  port: number;
  /** Takes no new connection, lets requests in flight finish, and cuts what is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Throws when the address is taken. */
export async function listen(
  app: RequestListener,
  host: string,
  port: number,
  { requestMs, silenceMs, lookEveryMs } = LIMITS,
): Promise<Listener> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: requestMs, connectionsCheckingInterval: lookEveryMs },
    app,
  );
  server.setTimeout(silenceMs);
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
