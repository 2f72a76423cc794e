import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Inbox } from './inbox';
import type { Receiver } from './webhook-receiver';

/** A sender that keeps its connection for the next message is cut off. */
const CLOSE_MS = 200;

/** Plays the mailboxes: keeps every e-mail it accepts. */
export async function startSmtpReceiver(inbox: Inbox): Promise<Receiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: CLOSE_MS,
    onData(stream, session, callback) {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      keep(inbox, recipients, stream).then(() => callback(), callback);
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keep(inbox: Inbox, recipients: string[], stream: Readable): Promise<void> {
  const arrivedAtMs = Date.now();
  const mail = await PostalMime.parse(await buffer(stream));
  const isGenuine = mail.headers.some(
    ({ key, value }) => key === 'list-unsubscribe-post' && value === 'List-Unsubscribe=One-Click',
  );
  for (const to of recipients) {
    inbox.add({
      channel: 'email',
      id: (mail.messageId ?? '').replace(/^<|>$/g, ''),
      arrivedAtMs,
      to,
      conversation: null,
      step: null,
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      isGenuine,
    });
  }
}
