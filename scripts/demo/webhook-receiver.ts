import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Inbox } from './inbox';
import { isSigned } from './verify-signature';

const nudgeSchema = z.object({
  externalId: z.string().nullable(),
  step: z.int(),
  subject: z.string().nullable(),
  message: z.string(),
  to: z.object({ phone: z.string().nullable(), email: z.string().nullable() }),
});

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

/** Plays the phones: keeps each webhook that was signed with `secret()`, answers 401 to others and keeps them too. */
export async function startWebhookReceiver(inbox: Inbox, secret: () => string): Promise<Receiver> {
  const server = createServer((request, response) => {
    receive(inbox, secret(), request).then(
      (accepted) => {
        response.writeHead(accepted ? 200 : 401, { 'content-type': 'application/json' });
        response.end('{}');
      },
      () => response.writeHead(400).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/phones`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receive(inbox: Inbox, secret: string, request: IncomingMessage): Promise<boolean> {
  const now = new Date();
  const body = await text(request);
  const nudge = nudgeSchema.parse(JSON.parse(body));
  const header = (name: string) => String(request.headers[name] ?? '');
  const id = header('webhook-id');
  const signed = { id, timestamp: header('webhook-timestamp'), signature: header('webhook-signature'), body };
  const isGenuine = isSigned(signed, secret, now);
  inbox.add({
    channel: 'webhook',
    id,
    arrivedAtMs: now.getTime(),
    to: nudge.to.phone ?? nudge.to.email ?? '',
    conversation: nudge.externalId,
    step: nudge.step,
    subject: nudge.subject ?? '',
    text: nudge.message,
    isGenuine,
  });
  return isGenuine;
}
