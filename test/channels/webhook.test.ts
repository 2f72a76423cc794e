import { createChannels, type Channels } from '../../src/channels/create-channels';
import type { ChannelPort, OutgoingNudge, ProviderOutcome, WebhookSettings } from '../../src/services/ports';
import { someNudge } from '../support/outgoing-nudge';
import { startRecordingProvider, type RecordingProvider } from '../support/recording-provider';
import type { Control } from '../support/recording-behaviour';
import { listenTcp } from '../support/tcp-listener';
import { waitFor } from '../support/wait-for';

const now = new Date('2026-11-20T09:10:00.750Z');
let provider: RecordingProvider;
let channels: Channels;

beforeAll(async () => {
  provider = await startRecordingProvider({ keepBodies: true });
  channels = open();
});
afterAll(async () => {
  await channels.close();
  await provider.close();
});
beforeEach(() => {
  provider.clear();
  behave({});
});

function open(options: { allowPrivateTargets?: boolean; timeoutMs?: number } = {}): Channels {
  return createChannels({
    allowPrivateTargets: true,
    installationSmtpUrl: null,
    unsubscribeUrl: () => 'https://example.com/u',
    timeoutMs: 5_000,
    clock: { now: () => now },
    ...options,
  });
}
function behave(behaviour: Control['default']): void {
  provider.control({ side: 'http', default: behaviour });
}
const settings = (url = provider.url): WebhookSettings => ({
  kind: 'webhook',
  url,
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});
const send = (nudge: OutgoingNudge = someNudge(), channel: ChannelPort = channels.webhook) =>
  channel.send(settings(), nudge);

test('is keyed: the receiver drops a repeat of the same webhook-id', () => {
  expect(channels.webhook).toMatchObject({ kind: 'webhook', keyed: true });
});

test('the body is the contract of api.md, member for member', async () => {
  const nudge = someNudge();
  await send(nudge);
  const [record] = provider.records();
  expect(JSON.parse(record?.body ?? '')).toEqual({
    type: 'nudge',
    id: nudge.deliveryId,
    conversationId: nudge.conversationId,
    externalId: 'crm-4711',
    episode: 1,
    step: 2,
    stage: 'followup_3h',
    to: {
      name: 'Ada Lovelace',
      phone: '+442079460000',
      email: 'ada@example.com',
      locale: 'en-GB',
      timeZone: 'Europe/London',
    },
    subject: 'Your quote',
    message: 'Hello Ada,\n\nany news on the quote?',
    metadata: { product: 'boiler service' },
  });
  expect(record).toMatchObject({
    key: nudge.deliveryId,
    conversationId: nudge.conversationId,
    step: 2,
    attempt: 1,
  });
});

test('a repeat carries the same webhook-id, and the ledger sees one key', async () => {
  const nudge = someNudge();
  behave({ status: 503 });
  await send(nudge);
  behave({});
  await send(nudge);
  expect(provider.records().map(({ key, attempt }) => ({ key, attempt }))).toEqual([
    { key: nudge.deliveryId, attempt: 1 },
    { key: nudge.deliveryId, attempt: 2 },
  ]);
  expect(provider.stats()).toMatchObject({ http: { acceptedKeys: 1, repeats: 0 }, doubledSteps: [] });
});

const accepted = (providerId: string | null): ProviderOutcome => ({ outcome: 'accepted', providerId });
test.each([
  ['a string id', '{"id":"msg-1"}', 'msg-1'],
  ['a number', '{"id":42}', '42'],
  ['a long id: its first 200 characters', JSON.stringify({ id: 'x'.repeat(300) }), 'x'.repeat(200)],
  ['what a text column cannot hold: cleaned', '{"id":"a\\u0000b\\ud800c\\nd"}', 'abcd'],
  ['an id that is no text', '{"id":{"a":1}}', null],
  ['an empty id', '{"id":""}', null],
  ['a list', '[1]', null],
  ['null', 'null', null],
  ['no JSON', 'thanks!', null],
  ['nothing', '', null],
])('accepted: a 200 with %s', async (_, body, id) => {
  behave({ body });
  await expect(send()).resolves.toEqual(accepted(id));
});

test.each([200, 201, 202, 204, 299])('accepted: %i', async (status) => {
  behave({ status, body: '' });
  await expect(send()).resolves.toEqual(accepted(null));
});

test.each([408, 409, 425, 429, 500, 502, 503, 504, 599])(
  'busy: %i is a definite "not now"',
  async (status) => {
    behave({ status });
    await expect(send()).resolves.toEqual({ outcome: 'busy', reason: `HTTP ${status}`, retryAfterMs: null });
  },
);

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Fri, 20 Nov 2026 09:11:00 GMT', 59_250],
  ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['99999999999999', null],
])('busy: Retry-After %j asks for %p ms', async (header, retryAfterMs) => {
  behave({ status: 429, headers: { 'retry-after': header } });
  await expect(send()).resolves.toMatchObject({ outcome: 'busy', retryAfterMs });
});

test.each([400, 401, 403, 404, 405, 410, 422, 451])('refused: %i', async (status) => {
  behave({ status });
  await expect(send()).resolves.toEqual({ outcome: 'refused', reason: `HTTP ${status}` });
});

test.each([301, 302, 307, 308, 304])('refused: %i, nobody follows it', async (status) => {
  const elsewhere = await listenTcp();
  behave({ status, headers: { location: `http://127.0.0.1:${elsewhere.port}/` } });
  const outcome = await send();
  await elsewhere.close();
  expect(outcome).toMatchObject({ outcome: 'refused' });
  expect(elsewhere.connections()).toBe(0);
});

test('refused: a target that is not public, which hears nothing', async () => {
  const guarded = open({ allowPrivateTargets: false });
  const url = `https://127.0.0.1:${provider.port}/hook`;
  await expect(guarded.webhook.send(settings(url), someNudge())).resolves.toMatchObject({
    outcome: 'refused',
  });
  expect(provider.records()).toHaveLength(0);
  await guarded.close();
});

test('refused: a channel without a secret sends nothing unsigned', async () => {
  const unsigned = { ...settings(), secrets: [] };
  await expect(channels.webhook.send(unsigned, someNudge())).resolves.toMatchObject({ outcome: 'refused' });
  expect(provider.records()).toHaveLength(0);
});

test('busy: nobody listens, so nothing was accepted', async () => {
  const closed = await listenTcp();
  await closed.close();
  const call = channels.webhook.send(settings(`http://127.0.0.1:${closed.port}/`), someNudge());
  await expect(call).resolves.toEqual({ outcome: 'busy', reason: 'ECONNREFUSED', retryAfterMs: null });
});

test.each(['reset', 'drop'] as const)('unanswered: the provider ends the connection (%s)', async (mode) => {
  behave({ mode });
  await expect(send()).resolves.toMatchObject({ outcome: 'unanswered' });
  expect(provider.records()).toMatchObject([{ accepted: mode === 'drop' }]);
});

test('unanswered: no answer in time', async () => {
  behave({ mode: 'hang' });
  const hasty = open({ timeoutMs: 200 });
  const outcome = await send(someNudge(), hasty.webhook);
  await hasty.close();
  expect(outcome).toMatchObject({ outcome: 'unanswered' });
});

test('unanswered: aborted while the provider held the request', async () => {
  behave({ mode: 'hang' });
  const aborter = new AbortController();
  const call = channels.webhook.send(settings(), someNudge(), aborter.signal);
  await waitFor('the provider to hold the request', () => provider.records().length === 1);
  aborter.abort();
  await expect(call).resolves.toMatchObject({ outcome: 'unanswered' });
});

test('a lone surrogate and a NUL in a text do no harm', async () => {
  await expect(send(someNudge({ message: 'a\ud800\u0000b' }))).resolves.toMatchObject({
    outcome: 'accepted',
  });
  expect(JSON.parse(provider.records()[0]?.body ?? '')).toMatchObject({ message: 'a\ud800\u0000b' });
});
