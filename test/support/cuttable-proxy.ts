import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttableProxy {
  port: number;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  heal(): void;
  close(): Promise<void>;
}

/** A line to a server that a test can cut, as if the server were gone. */
export async function startCuttableProxy(host: string, port: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((inner) => {
    if (!whole) return inner.destroy();
    const outer = connect(port, host);
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cutAll = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      whole = false;
      cutAll();
    },
    heal() {
      whole = true;
    },
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
