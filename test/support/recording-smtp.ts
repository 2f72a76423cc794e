import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Behaviour, Behaviours } from './recording-behaviour';
import { EMPTY, judge, portOf, type RecordingSide } from './recording-http';
import type { Ledger } from './recording-ledger';
import { preciseNow } from './precise-now';

interface RecordingSmtpOptions {
  port: number;
  ledger: Ledger;
  behaviours: Behaviours;
  keepBodies: boolean;
}

/**
 * The SMTP half of the provider. A rule on `key` or `attempt` is known only when the message was read, so `reset` for
 * those ends the connection after it, and counts as not accepted.
 */
export async function startRecordingSmtp(options: RecordingSmtpOptions): Promise<RecordingSide> {
  const sockets = new Map<string, Socket>();
  const drop = (session: SMTPServerSession) => sockets.get(socketName(session))?.destroy();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, callback) {
      void take(options, stream, session).then(
        ({ behaviour, status }) => {
          if (behaviour.mode === 'hang') return;
          if (behaviour.mode !== 'answer') drop(session);
          else callback(status !== null && status >= 300 ? refusal(status) : null);
        },
        () => drop(session),
      );
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    const name = socketName(socket);
    sockets.set(name, socket);
    socket.once('close', () => sockets.delete(name));
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    port: portOf(server.server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

async function take(
  { ledger, behaviours, keepBodies }: RecordingSmtpOptions,
  stream: AsyncIterable<Buffer>,
  { envelope }: SMTPServerSession,
): Promise<{ behaviour: Behaviour; status: number | null }> {
  const at = preciseNow();
  const to = envelope.rcptTo.map(({ address }) => address).join(',');
  const note = (facts: object) => ledger.add({ ...EMPTY, side: 'smtp', at, to, outcome: 'reset', ...facts });

  const early = behaviours.needsBody() ? null : behaviours.choose({ to });
  if (early?.mode === 'reset') {
    note({});
    return { behaviour: early, status: null };
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString('utf8');
  const messageId = /^message-id:\s*<([^>\s]+)>/im.exec(raw)?.[1] ?? null;
  const key = messageId?.split('@')[0] ?? null;
  const behaviour = early ?? behaviours.choose({ key, to, attempt: ledger.attemptOf('smtp', key) });
  const { outcome, status } = judge(behaviour, 250);
  note({ key, messageId, outcome, status, body: keepBodies ? raw : null });
  if (behaviour.latencyMs > 0) await pause(behaviour.latencyMs);
  return { behaviour, status };
}

function refusal(responseCode: number): Error {
  return Object.assign(new Error('as the test wishes'), { responseCode });
}

function socketName({
  remoteAddress,
  remotePort,
}: {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
}): string {
  return `${remoteAddress} ${remotePort}`;
}
