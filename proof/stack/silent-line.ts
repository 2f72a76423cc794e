import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from '../../test/support/recording-http';

/** A line that takes a call and carries it nowhere: whoever calls has claimed, and no provider ever hears of it. */
export interface SilentLine {
  port: number;
  /** Calls that hang on the line. */
  calls(): number;
  close(): Promise<void>;
}

export async function openSilentLine(): Promise<SilentLine> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server.address()),
    calls: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
