import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { ChannelSettings } from '../../src/services/ports';
import { portOf } from '../support/recording-http';
import { runScript } from '../support/script-process';
import { selfSignedCertificate } from '../support/self-signed-certificate';

const HOST = 'provider.example';
const certificate = selfSignedCertificate(HOST, new Date());
const folder = mkdtempSync(join(tmpdir(), 'followthrough-tls-'));
const authority = join(folder, 'ca.pem');
/** Server names that callers asked for in the TLS handshake. */
const asked: unknown[] = [];
const logins: string[] = [];
let https: Server;
const mailServers: SMTPServer[] = [];

beforeAll(async () => {
  writeFileSync(authority, certificate.cert);
  https = createServer(certificate, (request, response) => {
    asked.push(nameOf(request.socket));
    request.resume().on('end', () => response.end('{"id":"over-tls"}'));
  });
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  for (const secure of [true, false]) {
    const server = new SMTPServer({
      ...certificate,
      secure,
      disableReverseLookup: true,
      logger: false,
      onSecure(socket, _session, done) {
        asked.push(nameOf(socket));
        done();
      },
      onAuth({ username, password }, _session, done) {
        logins.push(`${username}:${password}`);
        done(null, { user: username });
      },
      onData(stream, _session, done) {
        stream.resume().on('end', () => done());
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mailServers.push(server);
  }
});
afterAll(async () => {
  for (const server of mailServers) await new Promise<void>((resolve) => server.close(resolve));
  https.closeAllConnections();
  await new Promise((resolve) => https.close(resolve));
  rmSync(folder, { recursive: true });
});

const nameOf = (socket: object) => ('servername' in socket ? socket.servername : null);
const webhookTo = (host: string): ChannelSettings => ({
  kind: 'webhook',
  url: `https://${host}:${portOf(https.address())}/hook`,
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});
const mailTo = (scheme: 'smtps' | 'smtp', host: string): ChannelSettings => ({
  kind: 'email',
  from: 'hi@acme.example',
  replyTo: null,
  smtpUrl: `${scheme}://me:secret@${host}:${portOf(mailServers[scheme === 'smtps' ? 0 : 1]?.server.address() ?? null)}`,
});

async function call(list: ChannelSettings[], trusted: boolean): Promise<unknown> {
  const env = trusted ? { NODE_EXTRA_CA_CERTS: authority } : {};
  const child = runScript('test/support/tls-calls-script.ts', [JSON.stringify(list)], env);
  return JSON.parse(await child.firstLine);
}

test('webhooks and mail go over TLS to a checked address under the name of the target', async () => {
  const outcomes = await call([webhookTo(HOST), mailTo('smtps', HOST), mailTo('smtp', HOST)], true);
  expect(outcomes).toEqual([
    { outcome: 'accepted', providerId: 'over-tls' },
    { outcome: 'accepted', providerId: null },
    { outcome: 'accepted', providerId: null },
  ]);
  expect(asked).toEqual([HOST, HOST, HOST]);
  expect(logins).toEqual(['me:secret', 'me:secret']);
}, 20_000);

test('another name, or a certificate nobody vouches for: nothing is sent, no credentials are shown', async () => {
  asked.length = logins.length = 0;
  const all = (host: string) => [webhookTo(host), mailTo('smtps', host), mailTo('smtp', host)];
  const busy = expect.objectContaining({ outcome: 'busy' });
  const [named, untrusted] = await Promise.all([call(all('other.example'), true), call(all(HOST), false)]);
  expect(named).toEqual([busy, busy, busy]);
  expect(untrusted).toEqual([busy, busy, busy]);
  expect(logins).toEqual([]);
}, 20_000);
