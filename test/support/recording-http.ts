import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Behaviour, Behaviours } from './recording-behaviour';
import type { Arrival, Ledger } from './recording-ledger';
import { preciseNow } from './precise-now';

export interface RecordingSide {
  port: number;
  close(): Promise<void>;
}

/** Answers a request on a path of its own (control, records); false when the request is one to record. */
export type ControlHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

const bodySchema = z.object({
  conversationId: z.string().nullish().catch(null),
  externalId: z.string().nullish().catch(null),
  episode: z.number().nullish().catch(null),
  step: z.number().nullish().catch(null),
});

/** Any POST outside the control paths is a hand-over to the provider. */
export async function startRecordingHttp(options: {
  port: number;
  ledger: Ledger;
  behaviours: Behaviours;
  keepBodies: boolean;
  control: ControlHandler;
}): Promise<RecordingSide> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (options.control(request, response)) return;
    void take(options, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return {
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function take(
  { ledger, behaviours, keepBodies }: Parameters<typeof startRecordingHttp>[0],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = preciseNow();
  const key = headerOf(request, 'webhook-id') ?? headerOf(request, 'x-job-id');
  const path = request.url ?? '/';
  const attempt = ledger.attemptOf('http', key);
  const note = (facts: Partial<Arrival>) =>
    ledger.add({ ...EMPTY, side: 'http', at, key, path, outcome: 'reset', ...facts });

  let behaviour = behaviours.needsBody() ? null : behaviours.choose({ key, attempt, path });
  if (behaviour?.mode === 'reset') {
    note({});
    request.socket.destroy();
    return;
  }
  const body = await readBody(request);
  const facts = { ...factsOf(body), body: keepBodies ? body : null };
  behaviour ??= behaviours.choose({ ...facts, key, attempt, path });
  const { outcome, status } = judge(behaviour, 200);
  note({ ...facts, outcome, status });
  if (behaviour.mode === 'hang') return;
  if (behaviour.mode !== 'answer') {
    request.socket.destroy();
    return;
  }
  const answer = () => {
    response.writeHead(status ?? 200, { 'content-type': 'application/json', ...behaviour.headers });
    response.end(behaviour.body ?? JSON.stringify({ id: `sink-${key ?? 'none'}` }));
  };
  if (behaviour.latencyMs > 0) setTimeout(answer, behaviour.latencyMs);
  else answer();
}

export const EMPTY = {
  key: null,
  messageId: null,
  conversationId: null,
  externalId: null,
  episode: null,
  step: null,
  to: null,
  path: null,
  status: null,
  body: null,
} as const;

/** What the ledger says of a behaviour; `status` is what is answered, null where nothing is. */
export function judge({ mode, status }: Behaviour, usual: number): Pick<Arrival, 'outcome' | 'status'> {
  switch (mode) {
    case 'answer':
      return { outcome: (status ?? usual) < 300 ? 'accepted' : 'refused', status: status ?? usual };
    case 'hang':
      return { outcome: 'hung', status: null };
    case 'drop':
      return { outcome: 'dropped', status: null };
    case 'reset':
      return { outcome: 'reset', status: null };
  }
}

export function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

function factsOf(body: string) {
  const facts = bodySchema.safeParse(parseJson(body)).data;
  return {
    conversationId: facts?.conversationId ?? null,
    externalId: facts?.externalId ?? null,
    episode: facts?.episode ?? null,
    step: facts?.step ?? null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
