import { Pool } from 'undici';
import { z } from 'zod';
import { conversationOut } from '../../src/contracts/http/conversation';
import { STRONGEST_FIRST, type Action, type Answer, type Seen } from './operation';

/** One HTTP request that says an action. */
interface Request {
  method: 'GET' | 'POST';
  path: string;
  body: object | null;
}

export interface Reply {
  status: number;
  text: string;
}

export interface Heard {
  answer: Answer;
  conversationId: string;
  messageId: string | null;
}

const ANSWER_LIMIT_MS = 20_000;
const SEQUENCE = 'histories';

/** So short that the engine itself nudges and ghosts while the clients speak. */
export const LADDER = { steps: [{ delay: 'PT0.2S', template: 'proof' }], ghostAfter: 'PT0.5S' };

export function requestFor(action: Action, subject: { externalId: string; id: string | null }): Request {
  const path = `/v1/conversations/${subject.id}`;
  switch (action.kind) {
    case 'create':
      return { method: 'POST', path: '/v1/conversations', body: creation(subject.externalId, action.sentAt) };
    case 'read':
      return { method: 'GET', path, body: null };
    case 'stop':
      return { method: 'POST', path: `${path}/stop`, body: { reason: action.reason } };
    case 'inbound':
    case 'outbound': {
      const { kind: direction, sentAt } = action;
      const text = `A word, ${direction}.`;
      const body = { direction, text, sentAt: new Date(sentAt).toISOString() };
      return { method: 'POST', path: `${path}/messages`, body };
    }
  }
}

function creation(externalId: string, sentAt: number) {
  const lastMessage = { direction: 'outbound', sentAt: new Date(sentAt).toISOString() };
  const contact = { externalId, name: 'Ada', phone: '+442079460000' };
  return { externalId, contact, channel: 'webhook', sequence: SEQUENCE, lastMessage };
}

/** A client's line to the API. Throws when nobody answers, or when `hangUpAfterMs` is over. */
export function createLine(apiUrl: string, apiKey: string) {
  const pool = new Pool(apiUrl, { connections: 16 });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  return {
    async ask({ method, path, body }: Request, key: string, hangUpAfterMs = ANSWER_LIMIT_MS): Promise<Reply> {
      const signal = AbortSignal.timeout(hangUpAfterMs);
      const idempotency = method === 'POST' ? { 'idempotency-key': key } : {};
      const text = body === null ? null : JSON.stringify(body);
      const options = { method, path, body: text, signal, headers: { ...headers, ...idempotency } };
      const response = await pool.request(options);
      return { status: response.statusCode, text: await response.body.text() };
    },
    close: () => pool.close(),
  };
}
export type Line = ReturnType<typeof createLine>;

const effectAnswer = z.object({
  effect: z.string(),
  conversation: conversationOut,
  message: z.object({ id: z.string() }).optional(),
});

/** What a 2xx says. */
export function hear(action: Action, { status, text }: Reply): Heard {
  const json: unknown = JSON.parse(text);
  if (action.kind === 'read' || action.kind === 'create') {
    const conversation = conversationOut.parse(json);
    const effect = action.kind === 'read' ? 'read' : status === 201 ? 'created' : 'existing';
    return {
      answer: { effect, seen: seenIn(conversation) },
      conversationId: conversation.id,
      messageId: null,
    };
  }
  const { effect, conversation, message } = effectAnswer.parse(json);
  const answer = { effect, seen: seenIn(conversation) };
  return { answer, conversationId: conversation.id, messageId: message?.id ?? null };
}

function seenIn({ stage, episode }: z.output<typeof conversationOut>): Seen {
  const reason = STRONGEST_FIRST.find((known) => known === episode?.stopReason) ?? null;
  return { stage, episode: episode?.number ?? 0, running: episode?.state !== 'ended', reason };
}
