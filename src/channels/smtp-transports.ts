import type { Socket } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { connectGuarded } from './smtp-connect';
import { BlockedTargetError, type TargetGuard } from './target-guard';
import { readSmtpUrl } from './target-url';

const MAX_TRANSPORTS = 50;
const MAX_CONNECTIONS = 5;
const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
/** How often nodemailer may move a message to a fresh connection; it does so only before a byte of it was read. */
const MAX_REQUEUES = 2;

export interface SmtpServer {
  url: string;
  /** The installation's own server: its URL is the operator's and may name any host and option. */
  isOwn: boolean;
}

export interface SmtpTransports {
  /**
   * Resolves when the server took the message; rejects with nodemailer's error. `onBodySent` is called when the end of
   * the message was handed to the connection.
   */
  send(server: SmtpServer, mail: Mail, signal: AbortSignal, onBodySent: () => void): Promise<void>;
  /** Idle connections close at once, others when their message is through. */
  close(): void;
}

type Mail = SendMailOptions & { messageId: string };
type Pool = ReturnType<typeof openPool>;

/** One pool of connections per server, the least recently used closed beyond fifty. */
export function createSmtpTransports(options: {
  guard: TargetGuard;
  allowPrivateTargets: boolean;
  timeoutMs: number;
}): SmtpTransports {
  const pools = new Map<string, Pool>();

  function poolOf(server: SmtpServer): Pool {
    const key = `${server.isOwn} ${server.url}`;
    const pool = pools.get(key) ?? openPool(server, options);
    pools.delete(key);
    pools.set(key, pool);
    return pool;
  }

  function closeOldest(): void {
    for (const [key, pool] of pools) {
      if (pools.size <= MAX_TRANSPORTS) return;
      if (pool.isBusy()) continue;
      pools.delete(key);
      pool.close();
    }
  }

  return {
    async send(server, mail, signal, onBodySent) {
      try {
        await poolOf(server).send(mail, signal, onBodySent);
      } finally {
        closeOldest();
      }
    },
    close() {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}

function openPool(server: SmtpServer, options: Parameters<typeof createSmtpTransports>[0]) {
  const transport = createTransport({ ...targetOptions(server, options), ...poolOptions(options.timeoutMs) });
  const watched = new Map<string, () => void>();
  let inFlight = 0;
  transport.on('error', () => undefined);
  // The stream handed to the connection ends when its last byte was taken, and the final dot follows at once.
  transport.use('stream', (mail, done) => {
    const onBodySent = watched.get(mail.message.messageId());
    mail.message.processFunc((stream) => (onBodySent ? stream.once('end', onBodySent) : stream));
    done();
  });

  return {
    isBusy: () => inFlight > 0,
    close: () => transport.close(),
    async send(mail: Mail, signal: AbortSignal, onBodySent: () => void): Promise<void> {
      inFlight += 1;
      watched.set(mail.messageId, onBodySent);
      try {
        await transport.sendMail({ ...mail, signal });
      } finally {
        watched.delete(mail.messageId);
        inFlight -= 1;
      }
    },
  };
}

function poolOptions(timeoutMs: number) {
  const connectMs = Math.min(CONNECT_MS, timeoutMs);
  return {
    pool: true as const,
    maxConnections: MAX_CONNECTIONS,
    maxRequeues: MAX_REQUEUES,
    idleTimeout: IDLE_MS,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: timeoutMs,
  };
}

function targetOptions(
  { url, isOwn }: SmtpServer,
  { guard, allowPrivateTargets, timeoutMs }: Parameters<typeof createSmtpTransports>[0],
) {
  if (isOwn) return { url };
  const address = readSmtpUrl(url, allowPrivateTargets);
  if ('problem' in address) throw new BlockedTargetError(`the SMTP address ${address.problem}`);
  const { host, port, secure, auth } = address;
  return {
    host,
    port,
    secure,
    ...(auth && { auth }),
    // Credentials of others never travel in the clear.
    requireTLS: !secure && auth !== null && !allowPrivateTargets,
    getSocket: (_: unknown, callback: (error: Error | null, socket?: { connection: Socket }) => void) => {
      connectGuarded(guard, { host, port, timeoutMs: Math.min(CONNECT_MS, timeoutMs) }).then(
        (connection) => callback(null, { connection }),
        (error: Error) => callback(error),
      );
    },
  };
}
