import { createTransport } from 'nodemailer';
import { request } from 'undici';
import { z } from 'zod';
import { preciseNow } from '../support/precise-now';
import { startRecordingProvider, type RecordingProvider } from '../support/recording-provider';
import { runScript } from '../support/script-process';
import { waitFor } from '../support/wait-for';

let provider: RecordingProvider;
beforeAll(async () => {
  provider = await startRecordingProvider();
});
afterAll(() => provider.close());
beforeEach(() => {
  provider.clear();
  provider.control({ side: 'http' });
  provider.control({ side: 'smtp' });
});

async function post(key: string, facts: object = {}, base = provider.url): Promise<number | string> {
  const headers = { 'webhook-id': key, 'content-type': 'application/json' };
  try {
    const { statusCode, body } = await request(base, {
      method: 'POST',
      headers,
      body: JSON.stringify(facts),
    });
    await body.dump();
    return statusCode;
  } catch (error) {
    return String(error);
  }
}
async function mail(messageId: string): Promise<string> {
  const transport = createTransport({ url: provider.smtpUrl, ignoreTLS: true });
  const message = { from: 'a@a.example', to: 'b@b.example', subject: 's', text: 't', messageId };
  return transport.sendMail(message).then(
    () => 'accepted',
    (error: unknown) => String(error),
  );
}
const outcomes = () =>
  provider.records().map(({ outcome, accepted, attempt }) => ({ outcome, accepted, attempt }));

test('notes who came, when, with what', async () => {
  const before = preciseNow();
  await post('d-1', { conversationId: 'c-1', externalId: 'crm-1', episode: 2, step: 3 });
  const [record] = provider.records();
  expect(record).toMatchObject({
    side: 'http',
    key: 'd-1',
    conversationId: 'c-1',
    externalId: 'crm-1',
    episode: 2,
    step: 3,
    attempt: 1,
    outcome: 'accepted',
    path: '/hook',
  });
  expect(record?.at).toBeGreaterThanOrEqual(before);
  expect(record?.at).toBeLessThanOrEqual(preciseNow());
});

test('its time is the wall clock with a fraction', () => {
  for (let reading = 0; reading < 100; reading += 1) {
    const [before, at, after] = [Date.now(), preciseNow(), Date.now()];
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(after + 2);
  }
  expect(new Set(Array.from({ length: 50 }, preciseNow)).size).toBeGreaterThan(10);
});

test('a planted duplicate is found: the same step under two keys, and the same key twice', async () => {
  const step = { conversationId: 'c-1', episode: 1, step: 1 };
  await post('d-1', step);
  await post('d-1', step);
  expect(provider.stats()).toMatchObject({ http: { acceptedKeys: 1, repeats: 1 }, doubledSteps: [] });
  await post('d-2', step);
  expect(provider.stats()).toMatchObject({ http: { acceptedKeys: 2 }, doubledSteps: ['c-1/1/1'] });
});

test('a refusal is not an acceptance, so the repeat after it is none', async () => {
  provider.control({ side: 'http', rules: [{ times: 1, behaviour: { status: 503 } }] });
  expect([await post('d-1'), await post('d-1')]).toEqual([503, 200]);
  expect(outcomes()).toEqual([
    { outcome: 'refused', accepted: false, attempt: 1 },
    { outcome: 'accepted', accepted: true, attempt: 2 },
  ]);
  expect(provider.stats().http).toMatchObject({ acceptedKeys: 1, repeats: 0 });
});

test('accept-then-drop is accepted although the sender hears nothing; reset is not', async () => {
  provider.control({
    side: 'http',
    rules: [
      { match: { key: 'd-1' }, behaviour: { mode: 'drop' } },
      { match: { key: 'd-2' }, behaviour: { mode: 'reset' } },
    ],
  });
  expect(await post('d-1')).toMatch(/Error/);
  expect(await post('d-2')).toMatch(/Error/);
  expect(outcomes()).toMatchObject([
    { outcome: 'dropped', accepted: true },
    { outcome: 'reset', accepted: false },
  ]);
});

test('rules choose by conversation, step and attempt; the first that fits decides', async () => {
  provider.control({
    side: 'http',
    default: { status: 201 },
    rules: [
      { match: { conversationId: 'c-1', step: 2 }, behaviour: { status: 500 } },
      { match: { externalId: 'crm-9', attempt: 1 }, behaviour: { status: 429 } },
    ],
  });
  expect(await post('a', { conversationId: 'c-1', step: 2 })).toBe(500);
  expect(await post('b', { conversationId: 'c-1', step: 1 })).toBe(201);
  expect(await post('c', { externalId: 'crm-9' })).toBe(429);
  expect(await post('c', { externalId: 'crm-9' })).toBe(201);
});

test('a slow answer is accepted on arrival', async () => {
  provider.control({ side: 'http', default: { latencyMs: 200 } });
  const call = post('d-1');
  await waitFor('the record', () => provider.records().length === 1);
  expect(outcomes()).toMatchObject([{ accepted: true }]);
  await expect(call).resolves.toBe(200);
});

test('SMTP: accept, 451, 550 and accept-then-drop, each told apart; a repeat is a second mail', async () => {
  expect(await mail('<d-1@a.example>')).toBe('accepted');
  provider.control({ side: 'smtp', default: { status: 451 } });
  expect(await mail('<d-2@a.example>')).toMatch(/451/);
  provider.control({ side: 'smtp', default: { status: 550 } });
  expect(await mail('<d-3@a.example>')).toMatch(/550/);
  provider.control({ side: 'smtp', default: { mode: 'drop' } });
  expect(await mail('<d-1@a.example>')).toMatch(/Connection closed/);
  provider.control({ side: 'smtp', default: { mode: 'reset' } });
  expect(await mail('<d-4@a.example>')).toMatch(/Error/);
  expect(provider.records()).toMatchObject([
    { side: 'smtp', key: 'd-1', messageId: 'd-1@a.example', to: 'b@b.example', outcome: 'accepted' },
    { key: 'd-2', outcome: 'refused', status: 451 },
    { key: 'd-3', outcome: 'refused', status: 550 },
    { key: 'd-1', outcome: 'dropped', repeat: true, attempt: 2 },
    { outcome: 'reset', accepted: false },
  ]);
  expect(provider.stats().smtp).toMatchObject({ requests: 5, acceptedKeys: 1, repeats: 1 });
});

describe('as a process of its own', () => {
  const answerSchema = z.looseObject({
    records: z.array(z.looseObject({ key: z.string() })).default([]),
    next: z.number().nullish(),
  });
  const script = runScript('test/support/recording-provider.ts', ['--port', '0']);
  afterAll(async () => {
    script.process.kill('SIGTERM');
    expect(await script.ended).toBe('0');
  });

  const ask = async (base: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
    const answer = await request(new URL(path, base), { method, body: body ? JSON.stringify(body) : null });
    return { status: answer.statusCode, body: answerSchema.parse(await answer.body.json()) };
  };

  test('is controlled and read over HTTP, in pages', async () => {
    const { url, smtpPort }: { url: string; smtpPort: number } = JSON.parse(await script.firstLine);
    expect(smtpPort).toBeGreaterThan(0);
    expect(await ask(url, 'POST', '/control', { side: 'http', default: { status: 202 } })).toMatchObject({
      status: 200,
    });
    expect(await ask(url, 'POST', '/control', { side: 'http', defalt: {} })).toMatchObject({ status: 422 });
    for (const key of ['a', 'b', 'c']) expect(await post(key, {}, url)).toBe(202);

    const first = await ask(url, 'GET', '/records?limit=2');
    expect(first.body).toMatchObject({ next: 2, total: 3 });
    const rest = await ask(url, 'GET', `/records?from=${String(first.body.next)}`);
    expect(rest.body).toMatchObject({ next: null });
    const keys = [first, rest].flatMap(({ body }) => body.records).map(({ key }) => key);
    expect(keys).toEqual(['a', 'b', 'c']);

    expect((await ask(url, 'GET', '/stats')).body).toMatchObject({ http: { acceptedKeys: 3 }, forgotten: 0 });
    await ask(url, 'DELETE', '/records');
    expect((await ask(url, 'GET', '/records')).body).toMatchObject({ records: [] });
  }, 20_000);
});
