import PostalMime, { type Email } from 'postal-mime';
import { createChannels, type Channels } from '../../src/channels/create-channels';
import type { EmailSettings, OutgoingNudge } from '../../src/services/ports';
import { someNudge } from '../support/outgoing-nudge';
import { startRecordingProvider, type RecordingProvider } from '../support/recording-provider';

const link = 'https://followthrough.example/u/abc?x=1&y=2';
let provider: RecordingProvider;
let channels: Channels;

beforeAll(async () => {
  provider = await startRecordingProvider({ keepBodies: true });
  channels = createChannels({
    allowPrivateTargets: true,
    installationSmtpUrl: provider.smtpUrl,
    unsubscribeUrl: ({ channel }) => `${link}&channel=${channel}`,
  });
});
afterAll(async () => {
  await channels.close();
  await provider.close();
});
beforeEach(() => provider.clear());

const settings: EmailSettings = {
  kind: 'email',
  from: 'Acme Boilers <hi@acme.example>',
  replyTo: null,
  smtpUrl: null,
};

/** What a mail program makes of the mail that went over the wire, read by a parser that is not the sender's. */
async function received(
  nudge: OutgoingNudge = someNudge(),
  channel: Partial<EmailSettings> = {},
): Promise<{ email: Email; raw: string; header: (name: string) => string[]; to: string | null }> {
  await expect(channels.email.send({ ...settings, ...channel }, nudge)).resolves.toEqual({
    outcome: 'accepted',
    providerId: null,
  });
  const [record] = provider.records();
  const raw = record?.body ?? '';
  const email = await PostalMime.parse(raw);
  const header = (name: string) => email.headers.filter(({ key }) => key === name).map(({ value }) => value);
  return { email, raw, header, to: record?.to ?? null };
}

test('is not keyed: no repeat is ever safe once the message is out', () => {
  expect(channels.email).toMatchObject({ kind: 'email', keyed: false });
});

test('sender, recipient, subject and a Message-ID made of the delivery id', async () => {
  const nudge = someNudge();
  const { email, to } = await received(nudge, { replyTo: 'sales@acme.example' });
  expect(email.from).toMatchObject({ name: 'Acme Boilers', address: 'hi@acme.example' });
  expect(email.to).toMatchObject([{ name: 'Ada Lovelace', address: 'ada@example.com' }]);
  expect(email.replyTo).toMatchObject([{ address: 'sales@acme.example' }]);
  expect(email.subject).toBe('Your quote');
  expect(email.messageId).toBe(`<${nudge.deliveryId}@acme.example>`);
  expect(to).toBe('ada@example.com');
});

test('one-click unsubscribe of RFC 8058: one https address, and the word that makes it one click', async () => {
  const { header } = await received();
  expect(header('list-unsubscribe')).toEqual([`<${link}&channel=email>`]);
  expect(header('list-unsubscribe-post')).toEqual(['List-Unsubscribe=One-Click']);
});

test('says that a machine wrote it, so that no out-of-office notice counts as an answer', async () => {
  const { header } = await received();
  expect(header('auto-submitted')).toEqual(['auto-generated']);
});

test('the text part is the message and a footer with the link', async () => {
  const { email } = await received();
  const text = `Hello Ada,\n\nany news on the quote?\n\n-- \nUnsubscribe from these e-mails: ${link}&channel=email\n`;
  expect(email.text?.trimEnd()).toBe(text.trimEnd());
});

test('the HTML part has paragraphs, line breaks and nothing of the text as markup or link', async () => {
  const message = 'Hi <b>Ada</b> & "co",\r\nsee https://acme.example\n\n\n<script>alert(1)</script>';
  const { email } = await received(someNudge({ message }));
  const html = (email.html ?? '').replaceAll('\r\n', '\n');
  expect(html).toContain(
    '<p>Hi &lt;b&gt;Ada&lt;/b&gt; &amp; &quot;co&quot;,<br>\nsee https://acme.example</p>',
  );
  expect(html).toContain('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>');
  expect(html.match(/<a /g)).toHaveLength(1);
  expect(html).toContain(`href="${link.replaceAll('&', '&amp;')}&amp;channel=email"`);
  expect(html).toContain('<html lang="en-GB">');
});

test.each([
  ['de-AT', 'Diese E-Mails abbestellen'],
  ['fr', 'Se désabonner de ces e-mails'],
  ['PT-br', 'Cancelar a subscrição destes e-mails'],
  ['ja', 'Unsubscribe from these e-mails'],
])('the footer speaks %s', async (locale, words) => {
  const { email } = await received(someNudge({ to: { ...someNudge().to, locale } }));
  expect(email.text).toContain(words);
  expect(email.html).toContain(words);
});

test('names and subjects beyond ASCII arrive as they are', async () => {
  const to = { ...someNudge().to, name: 'Zoë „Öl“ 山田' };
  const { email } = await received(someNudge({ to, subject: 'Grüße 👋, Ihr Angebot' }), {
    from: 'Bäcker & Söhne <hi@bücher.example>',
  });
  expect(email.to).toMatchObject([{ name: 'Zoë „Öl“ 山田' }]);
  expect(email.from).toMatchObject({ name: 'Bäcker & Söhne' });
  expect(email.subject).toBe('Grüße 👋, Ihr Angebot');
  expect(email.messageId).toMatch(/@xn--bcher-kva\.example>$/);
});

test('without a subject the first line of the message is it', async () => {
  const { email } = await received(someNudge({ subject: null, message: '\n\nAny news, Ada?\nBest' }));
  expect(email.subject).toBe('Any news, Ada?');
});

const injection = 'x\r\nBcc: evil@example.com\r\n\r\ninjected';
test.each<[string, Partial<OutgoingNudge>, Partial<EmailSettings>]>([
  ['the subject', { subject: injection }, {}],
  ['the name', { to: { ...someNudge().to, name: injection } }, {}],
  ['the name with quotes', { to: { ...someNudge().to, name: '" <evil@example.com>, "' } }, {}],
  ['the subject with bare CR', { subject: 'x\rBcc: evil@example.com' }, {}],
  ['the subject with other line ends', { subject: 'x\u2028Bcc: evil@example.com\u0085y' }, {}],
  ['the locale', { to: { ...someNudge().to, locale: 'en"><script>' } }, {}],
  ['the sender', {}, { from: 'Acme\r\nBcc: evil@example.com <hi@acme.example>' }],
])('no header and no recipient can be added through %s', async (_, overrides, channel) => {
  const { email, header, to } = await received(someNudge(overrides), channel);
  expect(to).toBe('ada@example.com');
  expect(header('bcc')).toEqual([]);
  expect(email.to).toHaveLength(1);
  expect(email.html).not.toContain('<script>');
  expect(email.text).toMatch(/^Hello Ada,/);
});

test('a message cannot end itself: dots, bare line ends and control characters are harmless', async () => {
  const message = 'one\n.\ntwo\r.\rMAIL FROM:<evil@example.com>\u0000\u0007 three';
  const { email } = await received(someNudge({ message }));
  expect(email.text).toContain('one\n.\ntwo\n.\nMAIL FROM:<evil@example.com> three');
  expect(provider.records()).toHaveLength(1);
});

test('every kind of line end in a subject becomes a blank', async () => {
  const { email } = await received(someNudge({ subject: 'a\r\nb\u2028c\u0085d\u0000e' }));
  expect(email.subject).toBe('a b c d e');
});

test.each([
  ['no address', null],
  ['words', 'ada'],
  ['two addresses', 'ada@example.com, eve@example.com'],
  ['a name', 'Ada <ada@example.com>'],
  ['a line end', 'ada@example.com\r\nRCPT TO:<eve@example.com>'],
  ['a blank', 'ada lovelace@example.com'],
  ['no domain', 'ada@'],
  ['an endless one', `${'a'.repeat(250)}@example.com`],
])('refused: a contact with %s', async (_, email) => {
  const outcome = await channels.email.send(settings, someNudge({ to: { ...someNudge().to, email } }));
  const reason = expect.stringMatching(/^the contact has no (valid )?e-mail address$/);
  expect(outcome).toEqual({ outcome: 'refused', reason });
  expect(provider.records()).toHaveLength(0);
});

test.each(['', 'Acme', 'a@acme.example, b@acme.example', 'Acme <hi@>'])(
  'refused: sender %j is not one mailbox',
  async (from) => {
    const outcome = await channels.email.send({ ...settings, from }, someNudge());
    expect(outcome).toEqual({ outcome: 'refused', reason: 'the sender is no e-mail address' });
  },
);
