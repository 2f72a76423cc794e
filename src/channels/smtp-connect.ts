import { connect, type Socket } from 'node:net';
import type { TargetGuard } from './target-guard';

/** A TCP connection to a checked address of `host`. Rejects after `timeoutMs`. TLS is the caller's. */
export function connectGuarded(
  guard: TargetGuard,
  { host, port, timeoutMs }: { host: string; port: number; timeoutMs: number },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    guard.checkLiteral(host);
    const socket = connect({ host, port, lookup: guard.lookup });
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
  });
}
