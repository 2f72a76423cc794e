import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { waitFor } from '../../test/support/wait-for';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import { startedOf, type ProofTenant } from '../stack/tenant';

/** Marks of their own in every field, so that a leak names its field. */
type Canaries = Map<string, string>;

/** Text by the name of the place. */
type Places = Record<'Temporal histories' | 'logs' | 'metrics', string>;

/** Lives of conversations whose every field bears a mark, and a search for the marks where no one's data belongs. */
export async function hideCanaries(stack: Stack, { say }: ProofContext): Promise<ProofResult> {
  say('lives with a canary in every field');
  const canaries: Canaries = new Map();
  const mark = (field: string) => {
    const canary = `canary${randomBytes(6).toString('hex')}`;
    canaries.set(field, canary);
    return canary;
  };
  const tenant = await stack.tenant();
  const histories = await liveLives(stack, tenant, mark);
  canaries.set('the API key', tenant.apiKey.split('_').at(-1) ?? '');
  const places: Places = {
    'Temporal histories': histories.text,
    logs: readLogs(stack),
    metrics: await readMetrics(stack),
  };
  return judgeCanaries(canaries, places, histories.count);
}

function judgeCanaries(canaries: Canaries, places: Places, histories: number): ProofResult {
  const leaks = Object.entries(places).flatMap(([place, text]) =>
    [...canaries]
      .filter(([, canary]) => text.includes(canary))
      .map(([field]) => `${field} is in the ${place}`),
  );
  const empty = Object.entries(places).filter(([, text]) => text.length === 0);
  return {
    figures: {
      'canaries hidden': canaries.size,
      'Temporal histories searched': histories,
      'characters searched': Object.values(places).reduce((sum, text) => sum + text.length, 0),
      'canaries found outside PostgreSQL': leaks.length,
    },
    failures: [...leaks, ...empty.map(([place]) => `the ${place} were empty: nothing was proven`)],
  };
}

type Mark = (field: string) => string;

async function liveLives(stack: Stack, tenant: ProofTenant, mark: Mark) {
  const body = `Hello {{ contact.name }}, {{ secret }} ${mark('template text')}`;
  await tenant.must('PUT', '/v1/templates/marked', { subject: mark('template subject'), body });
  const steps = [{ delay: '2s', template: 'marked' }];
  await tenant.must('PUT', '/v1/sequences/marked', { steps, ghostAfter: '2s' });
  await tenant.must('PUT', '/v1/channels/webhook', {
    url: `${stack.judge.url}?token=${mark('webhook address')}`,
  });
  const refusal = { status: 500, body: mark("a provider's error text") };
  await stack.judge.control({ side: 'http', rules: [{ times: 1, behaviour: refusal }] });
  const ids: string[] = [];
  for (const channel of ['webhook', 'email'] as const) ids.push(await live(tenant, channel, mark));
  await sayWrongThings(tenant, ids[0] ?? '', mark);
  const isOver = async (id: string) => {
    const { text } = await tenant.call('GET', `/v1/conversations/${id}`);
    return text.includes('"stage":"ghosted"');
  };
  const ghosts = ids.slice(0, 2);
  await waitFor(
    'both to be ghosted',
    async () => (await Promise.all(ghosts.map(isOver))).every(Boolean),
    60_000,
  );
  const answered = startedOf(
    await tenant.must('POST', '/v1/conversations', { contact: { externalId: mark('third contact') } }),
    '',
    'webhook',
  );
  const word = { direction: 'inbound', text: `stop ${mark('reply')}`, externalId: mark("a word's id") };
  await tenant.must('POST', `/v1/conversations/${answered.id}/messages`, word);
  const stop = { reason: 'handed_off', note: mark('note of a stop') };
  await tenant.must('POST', `/v1/conversations/${answered.id}/stop`, stop);
  return readHistories(stack);
}

async function live(tenant: ProofTenant, channel: 'webhook' | 'email', mark: Mark): Promise<string> {
  const field = (name: string) => mark(`${name} (${channel})`);
  const answer = await tenant.must('POST', '/v1/conversations', {
    externalId: field('conversation id'),
    contact: {
      externalId: field('contact id'),
      name: field('name'),
      email: `${field('address')}@example.com`,
      attributes: { [field('attribute name')]: field('attribute') },
    },
    channel,
    sequence: 'marked',
    lastMessage: {
      direction: 'outbound',
      text: field('first word'),
      externalId: field('id of the first word'),
    },
    variables: { [field('variable name')]: 1, secret: field('variable') },
  });
  return startedOf(answer, '', channel).id;
}

/** What is refused is logged too: it must be logged without what was said. */
async function sayWrongThings(tenant: ProofTenant, id: string, mark: Mark): Promise<void> {
  const wrong = [
    ['POST', '/v1/conversations', { contact: { email: mark('an address that is none') } }],
    ['POST', '/v1/conversations', { [mark('an unknown field')]: mark('its value') }],
    [
      'POST',
      `/v1/conversations/${id}/messages`,
      { direction: 'inbound', text: [mark('a text that is a list')] },
    ],
    ['PUT', '/v1/templates/broken', { body: `{% if ${mark('a template that does not parse')}` }],
    [
      'PUT',
      '/v1/channels/email',
      { from: 'us@example.com', smtpUrl: `smtp://u:${mark('an SMTP password')}@/` },
    ],
    ['GET', `/v1/contacts?email=${mark('an address asked for')}@example.com`, undefined],
    ['GET', `/v1/conversations?externalId=${mark('an id asked for')}`, undefined],
    ['GET', `/v1/${mark('an unknown address')}`, undefined],
  ] as const;
  for (const [method, path, body] of wrong) await tenant.call(method, path, body);
}

async function readHistories({ temporalAddress }: Stack): Promise<{ count: number; text: string }> {
  const connection = await Connection.connect({ address: temporalAddress });
  const { workflow } = new Client({ connection });
  let [count, text] = [0, ''];
  for await (const { workflowId, runId, memo, searchAttributes } of workflow.list()) {
    text += `${workflowId} ${JSON.stringify({ memo, searchAttributes })}\n`;
    text += legible(await workflow.getHandle(workflowId, runId).fetchHistory());
    count += 1;
  }
  await connection.close();
  return { count, text };
}

/** Everything readable in a history; payloads are bytes in it. */
function legible(value: unknown): string {
  if (value instanceof Uint8Array) return `${Buffer.from(value).toString('utf8')}\n`;
  if (typeof value === 'string') return `${value}\n`;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, part]) => `${key} ${legible(part)}`)
    .join('');
}

function readLogs({ folder }: Stack): string {
  const files = readdirSync(folder).filter((file) => /^(api|worker).*\.log$/.test(file));
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

async function readMetrics({ apiUrl, workerUrl }: Stack): Promise<string> {
  const texts = await Promise.all(
    [apiUrl, workerUrl()].map(async (url) => (await fetch(`${url}/metrics`)).text()),
  );
  return texts.join('\n');
}
