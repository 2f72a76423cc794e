import { createChannels, type Channels, type ChannelsOptions } from '../../src/channels/create-channels';
import type { EmailSettings, ProviderOutcome } from '../../src/services/ports';
import { someNudge } from '../support/outgoing-nudge';
import { startScriptedSmtp, type ScriptedSmtp, type SmtpScript } from '../support/scripted-smtp';
import { listenTcp, type TcpListener } from '../support/tcp-listener';
import { waitFor } from '../support/wait-for';

let server: ScriptedSmtp;
let channels: Channels;
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  server = await startScriptedSmtp();
  channels = open();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await server.close();
});

function open(options: Partial<ChannelsOptions> = {}): Channels {
  const made = createChannels({
    allowPrivateTargets: true,
    installationSmtpUrl: null,
    unsubscribeUrl: () => 'https://example.com/u/token',
    timeoutMs: 5_000,
    ...options,
  });
  opened.push(made);
  return made;
}
async function openTrap(): Promise<TcpListener> {
  const trap = await listenTcp();
  opened.push(trap);
  return trap;
}
const settings = (credentials = ''): EmailSettings => ({
  kind: 'email',
  from: 'Acme <hi@acme.example>',
  replyTo: null,
  smtpUrl: `smtp://${credentials}127.0.0.1:${server.port}`,
});
function sendAgainst(script: Partial<SmtpScript>, message = 'Hello'): Promise<ProviderOutcome> {
  Object.assign(server.script, script);
  return channels.email.send(settings(), someNudge({ message }));
}

test('accepted: the server took the message', async () => {
  await expect(sendAgainst({})).resolves.toEqual({ outcome: 'accepted', providerId: null });
  expect(server.messages).toHaveLength(1);
});

test('steady sends use one connection', async () => {
  for (let mail = 0; mail < 10; mail += 1) await sendAgainst({});
  expect(server.messages).toHaveLength(10);
  expect(server.connections()).toBe(1);
});

test.each<[string, Partial<SmtpScript>, string]>([
  ['the sender', { mail: '550 5.7.1 not you' }, 'SMTP 550 5.7.1'],
  ['the recipient', { rcpt: '550 5.1.1 <ada@example.com> unknown' }, 'SMTP 550 5.1.1'],
  ['the recipient, without an enhanced code', { rcpt: '553 no such mailbox' }, 'SMTP 553'],
  ['the message before it is sent', { data: '554 5.7.1 no' }, 'SMTP 554 5.7.1'],
  ['the message after its final dot', { message: '552 5.3.4 too large' }, 'SMTP 552 5.3.4'],
])('refused: 5xx to %s', async (_, script, reason) => {
  await expect(sendAgainst(script)).resolves.toEqual({ outcome: 'refused', reason });
});

test.each<[string, Partial<SmtpScript>, string]>([
  ['the greeting', { greeting: '421 4.3.2 not now' }, 'SMTP 421 4.3.2'],
  ['the greeting, 5xx: the server wants nobody', { greeting: '554 5.7.1 go away' }, 'SMTP 554 5.7.1'],
  ['MAIL', { mail: '451 4.3.0 try later' }, 'SMTP 451 4.3.0'],
  ['MAIL, credentials wanted', { mail: '530 5.7.0 authenticate first' }, 'SMTP 530 5.7.0'],
  ['RCPT: greylisted', { rcpt: '450 4.2.0 come back' }, 'SMTP 450 4.2.0'],
  ['RCPT: mailbox full', { rcpt: '452 4.2.2 full' }, 'SMTP 452 4.2.2'],
  ['RCPT: out of sequence', { rcpt: '503 5.5.1 bad sequence' }, 'SMTP 503 5.5.1'],
  ['RCPT, with the end of the connection', { rcpt: '421 4.4.2 closing' }, 'SMTP 421 4.4.2'],
  ['DATA', { data: '451 4.3.0 disk' }, 'SMTP 451 4.3.0'],
  ['the message after its final dot', { message: '451 4.7.1 greylisted' }, 'SMTP 451 4.7.1'],
  ['the message after its final dot, 421', { message: '421 4.3.2 restarting' }, 'SMTP 421 4.3.2'],
])('busy: a "not now" to %s', async (_, script, reason) => {
  await expect(sendAgainst(script)).resolves.toEqual({ outcome: 'busy', reason, retryAfterMs: null });
});

test('busy: refused credentials are our trouble, not the message’s', async () => {
  const script = { ehlo: '250-test\r\n250 AUTH PLAIN', auth: '535 5.7.8 wrong' };
  Object.assign(server.script, script);
  const outcome = channels.email.send(settings('me:wrong@'), someNudge());
  await expect(outcome).resolves.toEqual({ outcome: 'busy', reason: 'SMTP 535 5.7.8', retryAfterMs: null });
});

describe('the connection is lost before the final dot: nothing was accepted', () => {
  test.each<[string, Partial<SmtpScript>]>([
    ['at the greeting', { greeting: 'end' }],
    ['at the greeting, reset', { greeting: 'reset' }],
    ['at EHLO', { ehlo: 'end' }],
    ['at MAIL', { mail: 'reset' }],
    ['at RCPT', { rcpt: 'end' }],
    ['at DATA', { data: 'end' }],
    ['at DATA, reset', { data: 'reset' }],
    ['at DATA, pipelined with the envelope', { ehlo: '250-test\r\n250 PIPELINING', data: 'reset' }],
  ])('busy: %s', async (_, script) => {
    await expect(sendAgainst(script)).resolves.toMatchObject({ outcome: 'busy' });
    expect(server.messages).toEqual([]);
  });

  test('busy: in the middle of a long message', async () => {
    const outcome = sendAgainst({ readAtMost: 100_000, message: 'reset' }, 'word '.repeat(4_000_000));
    await expect(outcome).resolves.toMatchObject({ outcome: 'busy' });
    expect(server.messages).toEqual([]);
  });

  test('busy: nobody listens', async () => {
    await server.close();
    await expect(sendAgainst({})).resolves.toMatchObject({ outcome: 'busy' });
    server = await startScriptedSmtp();
  });

  test.each<[string, Partial<SmtpScript>]>([
    ['no greeting', { greeting: 'hang' }],
    ['no reply to RCPT', { rcpt: 'hang' }],
    ['no reply to DATA', { data: 'hang' }],
  ])('busy: %s in time', async (_, script) => {
    Object.assign(server.script, script);
    const hasty = open({ timeoutMs: 200 });
    await expect(hasty.email.send(settings(), someNudge())).resolves.toMatchObject({ outcome: 'busy' });
  });

  test('busy: aborted while the server thought about the recipient', async () => {
    const aborter = new AbortController();
    server.script.rcpt = 'hang';
    const outcome = channels.email.send(settings(), someNudge(), aborter.signal);
    await waitFor('RCPT', () => server.commands.some((command) => command.startsWith('RCPT')));
    aborter.abort();
    await expect(outcome).resolves.toMatchObject({ outcome: 'busy' });
  });
});

describe('the connection is lost after the final dot: no one can tell', () => {
  test.each<[string, Partial<SmtpScript>]>([
    ['ended', { message: 'end' }],
    ['reset', { message: 'reset' }],
    ['garbage instead of a reply', { message: 'lp0 on fire\r\n250 ok' }],
    ['half a reply, then the end', { message: '250-queued' }],
  ])('unanswered: %s', async (_, script) => {
    const hasty = open({ timeoutMs: 1_000 });
    Object.assign(server.script, script);
    const outcome = await hasty.email.send(settings(), someNudge());
    expect(server.messages).toHaveLength(1);
    expect(outcome).toMatchObject({ outcome: 'unanswered' });
  });

  test('unanswered: no reply in time', async () => {
    server.script.message = 'hang';
    const hasty = open({ timeoutMs: 300 });
    const outcome = await hasty.email.send(settings(), someNudge());
    expect(outcome).toEqual({ outcome: 'unanswered', reason: 'SMTP ETIMEDOUT after the message was sent' });
  });

  test('unanswered: aborted', async () => {
    server.script.message = 'hang';
    const aborter = new AbortController();
    const outcome = channels.email.send(settings(), someNudge(), aborter.signal);
    await waitFor('the message', () => server.messages.length === 1);
    aborter.abort();
    await expect(outcome).resolves.toMatchObject({ outcome: 'unanswered' });
  });

  test('one message, one hand-over: nobody sends it again on another connection', async () => {
    server.script.message = 'end';
    await sendAgainst({});
    server.script.message = '250 2.0.0 ok';
    await expect(sendAgainst({})).resolves.toMatchObject({ outcome: 'accepted' });
    expect(server.messages).toHaveLength(2);
  });
});

test('a pooled connection that the server closed meanwhile is replaced without anybody noticing', async () => {
  await expect(sendAgainst({})).resolves.toMatchObject({ outcome: 'accepted' });
  // On the second message of the first connection: MAIL finds the connection gone.
  let first = true;
  const { script } = server;
  Object.defineProperty(script, 'mail', {
    configurable: true,
    get: () => (first ? ((first = false), 'reset') : '250 ok'),
  });
  await expect(channels.email.send(settings(), someNudge())).resolves.toMatchObject({ outcome: 'accepted' });
  expect(server.messages).toHaveLength(2);
  expect(server.connections()).toBe(2);
});

test('refused: an SMTP server that is not public, which hears nothing', async () => {
  const trap = await openTrap();
  const guarded = open({ allowPrivateTargets: false });
  for (const host of ['127.0.0.1', '0x7f.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]']) {
    const target = { ...settings(), smtpUrl: `smtp://${host}:${trap.port}` };
    await expect(guarded.email.send(target, someNudge())).resolves.toMatchObject({ outcome: 'refused' });
  }
  expect(trap.connections()).toBe(0);
});

test('refused: a name whose answer has become private since the channel was configured', async () => {
  const trap = await openTrap();
  const guarded = open({
    allowPrivateTargets: false,
    resolver: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const target = { ...settings(), smtpUrl: `smtp://mail.example:${trap.port}` };
  await expect(guarded.email.send(target, someNudge())).resolves.toEqual({
    outcome: 'refused',
    reason: 'the target is not a public address',
  });
  expect(trap.connections()).toBe(0);
});

test('credentials of an organization never travel without TLS', async () => {
  Object.assign(server.script, { ehlo: '250-test\r\n250 AUTH PLAIN' });
  const guarded = open({
    allowPrivateTargets: false,
    // For this test loopback plays a public address.
    isForbidden: () => false,
    resolver: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  const target = { ...settings(), smtpUrl: `smtp://me:secret@mail.example:${server.port}` };
  await expect(guarded.email.send(target, someNudge())).resolves.toMatchObject({ outcome: 'busy' });
  expect(server.commands.filter((command) => command.startsWith('AUTH'))).toEqual([]);
});

test("the installation's own server may be private, options and all", async () => {
  const guarded = open({
    allowPrivateTargets: false,
    installationSmtpUrl: `smtp://127.0.0.1:${server.port}?ignoreTLS=true`,
  });
  const target = { ...settings(), smtpUrl: null };
  await expect(guarded.email.send(target, someNudge())).resolves.toMatchObject({ outcome: 'accepted' });
});

test('refused: no SMTP server at all', async () => {
  const outcome = await channels.email.send({ ...settings(), smtpUrl: null }, someNudge());
  expect(outcome).toEqual({ outcome: 'refused', reason: 'there is no SMTP server' });
});
