import { setTimeout as pause } from 'node:timers/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { portOf } from '../../test/support/recording-http';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import { createProofTenant } from '../stack/tenant';

const HOSTS = [
  '127.0.0.1',
  '127.1',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '017700000001',
  '0.0.0.0',
  '0',
  '①②⑦.⓪.⓪.①',
  'localhost',
  'LOCALHOST.',
  'a.localhost',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[::ffff:169.254.169.254]',
  '169.254.169.254',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '224.0.0.1',
  '[fe80::1]',
  '[fd00::1]',
  'user:password@127.0.0.1',
];
const SCHEMES = ['http', 'https', 'ftp', 'file', 'gopher', 'smtp', 'smtps'];
/** Due after 2 s, called at once, and a repeat. */
const WATCH_MS = 8_000;

/** Gives every forbidden address as webhook and mail server; whoever gets past the door must still not be called. */
export async function knockAtForbidden(stack: Stack, { say }: ProofContext): Promise<ProofResult> {
  const inside = await listen();
  const strict = await stack.beside({ ALLOW_PRIVATE_TARGETS: 'false' });
  const urls = SCHEMES.flatMap((scheme) => HOSTS.map((host) => `${scheme}://${host}:${inside.port}/`));
  say(`${urls.length} forbidden addresses, each as webhook and as mail server`);
  const tenant = await createProofTenant({ ...strict, judge: null });
  const admitted: string[] = [];
  const strange: string[] = [];
  for (const url of urls) {
    for (const [channel, body] of [
      ['webhook', { url }],
      ['email', { from: 'us@example.com', smtpUrl: url }],
    ] as const) {
      const { status } = await tenant.call('PUT', `/v1/channels/${channel}`, body);
      if (status >= 500) strange.push(`${channel} ${url} was answered ${status}`);
      if (status >= 300) continue;
      admitted.push(`${channel} ${url}`);
      await tenant.create({ channel, ladder: 'soon' });
      await pause(WATCH_MS / 2);
    }
  }
  await pause(WATCH_MS);
  await tenant.close();
  inside.server.close();
  return {
    figures: {
      'forbidden addresses given': urls.length * 2,
      'refused at the door': urls.length * 2 - admitted.length,
      'connections to them': inside.connections(),
    },
    failures: [
      ...strange,
      ...(inside.connections() > 0
        ? [`${inside.connections()} connections; let in: ${admitted.join(', ')}`]
        : []),
    ],
  };
}

/** Hears every connection to any address of this machine on one port. */
async function listen(): Promise<{ server: Server; port: number; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, '::');
  await once(server, 'listening');
  return { server, port: portOf(server.address()), connections: () => connections };
}
