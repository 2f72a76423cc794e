import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface TcpListener {
  port: number;
  /** Connections that reached it, ended or not. */
  connections: () => number;
  close(): Promise<void>;
}

/** A bare TCP server that counts who comes, and does with them what the test says (nothing by default). */
export async function listenTcp(
  onConnection: (socket: Socket) => void = () => undefined,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<TcpListener> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the listener has no port');
  return {
    port: address.port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
