import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { createTenant } from '../../scripts/embedded/create-tenant';
import { conversationOut, messageAnswer } from '../../src/contracts/http/conversation';
import type { Judge } from './judge-process';

export type ChannelName = 'webhook' | 'email';

export interface ApiAnswer {
  status: number;
  text: string;
}

/** One customer of the engine, speaking HTTP. */
export interface ProofTenant {
  organizationId: string;
  apiKey: string;
  /** Never throws for a status; throws when nobody answers. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    body?: unknown,
    headers?: object,
  ): Promise<ApiAnswer>;
  /** Repeats what is answered 503, as a client should. Throws for anything else but a 2xx. */
  must(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown>;
  /** A conversation of a contact of its own, whose only nudge is due `delay` (a published ladder's name) from now. */
  create(options: { channel: ChannelName; ladder: string }): Promise<Started>;
  reply(id: string): Promise<Replied>;
  close(): Promise<void>;
}

export interface Started {
  id: string;
  email: string;
  channel: ChannelName;
  /** Epoch ms. */
  dueAt: number;
}

export interface Replied {
  /** Epoch ms just before the request. */
  askedAt: number;
  /** Epoch ms at which the answer had been read. */
  at: number;
  effect: string;
  inFlight: string[];
  nudgesSent: number;
}

/** Names of the ladders every tenant has: one step after so long. */
const LADDERS = { soon: '2s', later: '4s' } as const;

const BUSY_TRIES = 60;
const BUSY_MS = 250;

export async function createProofTenant(options: {
  databaseUrl: string;
  apiUrl: string;
  /** null: no channel yet. */
  judge: Judge | null;
}): Promise<ProofTenant> {
  const { databaseUrl, apiUrl, judge } = options;
  const { organizationId, apiKey } = await createTenant(databaseUrl, { name: 'Proof' });
  const pool = new Pool(apiUrl, { connections: 48 });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };

  async function call(...[method, path, body, more]: Parameters<ProofTenant['call']>): Promise<ApiAnswer> {
    const text = body === undefined ? null : JSON.stringify(body);
    const response = await pool.request({ method, path, headers: { ...headers, ...more }, body: text });
    return { status: response.statusCode, text: await response.body.text() };
  }
  const must = repeating(call);
  await setUp(must, judge);
  return {
    ...{ organizationId, apiKey, call, must },
    async create({ channel, ladder }) {
      const externalId = randomBytes(8).toString('hex');
      const email = `${externalId}@example.com`;
      const contact = { externalId, name: 'Ada', email, phone: '+442079460000' };
      const body = { externalId, contact, channel, sequence: ladder };
      return startedOf(await must('POST', '/v1/conversations', body), email, channel);
    },
    async reply(id) {
      const body = { direction: 'inbound', text: 'Yes, please.' };
      const askedAt = Date.now();
      const answer = messageAnswer.parse(await must('POST', `/v1/conversations/${id}/messages`, body));
      const { effect, inFlight, conversation } = answer;
      return {
        askedAt,
        at: Date.now(),
        effect,
        inFlight: inFlight.map(({ deliveryId }) => deliveryId),
        nudgesSent: conversation.episode?.nudgesSent ?? 0,
      };
    },
    close: () => pool.close(),
  };
}

function repeating(call: ProofTenant['call']): ProofTenant['must'] {
  return async function must(...[method, path, body]: Parameters<ProofTenant['must']>): Promise<unknown> {
    // The key makes a repeat answer what the first one did, with everything it named in flight.
    const key = method === 'POST' ? { 'idempotency-key': randomBytes(12).toString('hex') } : {};
    let { status, text } = await call(method, path, body, key);
    for (let tried = 1; status === 503 && tried < BUSY_TRIES; tried += 1) {
      await pause(BUSY_MS);
      ({ status, text } = await call(method, path, body, key));
    }
    if (status >= 300) throw new Error(`${method} ${path} was answered ${status}: ${text.slice(0, 300)}`);
    const parsed: unknown = JSON.parse(text);
    return parsed;
  };
}

/** Channels to the judge, a text, and the ladders. */
async function setUp(must: ProofTenant['must'], judge: Judge | null): Promise<void> {
  if (judge !== null) {
    await must('PUT', '/v1/channels/webhook', { url: judge.url });
    await must('PUT', '/v1/channels/email', { from: 'us@example.com', smtpUrl: judge.smtpUrl });
  }
  await must('PUT', '/v1/templates/proof', { subject: 'Your quote', body: 'Hi {{ contact.name }}.' });
  for (const [name, delay] of Object.entries(LADDERS)) {
    await must('PUT', `/v1/sequences/${name}`, { steps: [{ delay, template: 'proof' }], ghostAfter: '1d' });
  }
}

export function startedOf(answer: unknown, email: string, channel: ChannelName): Started {
  const { id, episode } = conversationOut.parse(answer);
  return { id, email, channel, dueAt: Date.parse(episode?.next?.dueAt ?? '') };
}
