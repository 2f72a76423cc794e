import type { LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isForbiddenAddress } from '../../src/channels/forbidden-address';
import { createGuardedHttp, type GuardedHttp } from '../../src/channels/guarded-http';
import {
  BlockedTargetError,
  createTargetGuard,
  type TargetGuardOptions,
} from '../../src/channels/target-guard';
import { listenTcp, type TcpListener } from '../support/tcp-listener';

/** Hears every connection to any address of this machine on one port. */
let inside: TcpListener;
const clients: GuardedHttp[] = [];
const listeners: TcpListener[] = [];

beforeAll(async () => {
  inside = await listenTcp((socket) => socket.destroy(), { host: '::' }).catch(() =>
    listenTcp((socket) => socket.destroy(), { host: '0.0.0.0' }),
  );
});
afterAll(async () => {
  await Promise.all([...clients, ...listeners].map((one) => one.close()));
  await inside.close();
});

function client(options: Partial<TargetGuardOptions> = {}): GuardedHttp {
  const http = createGuardedHttp({ allowPrivateTargets: false, timeoutMs: 2_000, ...options });
  clients.push(http);
  return http;
}
const post = (http: GuardedHttp, host: string, scheme = 'https') =>
  http.post({ url: `${scheme}://${host}:${inside.port}/`, headers: {}, body: '{}' });
const answering =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));

const ownAddresses = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address, scopeid }) => (scopeid ? `${address}%${scopeid}` : address))
  .filter(isForbiddenAddress);

const literals = [
  '127.0.0.1',
  '127.1',
  '127.255.255.254',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '017700000001',
  '0',
  '0.0.0.0',
  '①②⑦.⓪.⓪.①',
  'localhost',
  'LOCALHOST.',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[::127.0.0.1]',
  '169.254.169.254',
  'user:pass@127.0.0.1',
  ...ownAddresses.filter((address) => !address.includes('%')).map((a) => (isIPv6(a) ? `[${a}]` : a)),
];

test.each(literals)('%s is blocked', async (host) => {
  await expect(post(client(), host)).rejects.toThrow(BlockedTargetError);
  expect(inside.connections()).toBe(0);
});

test.each(['http', 'ftp', 'ws', 'gopher'])('scheme %s is blocked', async (scheme) => {
  await expect(post(client(), '127.0.0.1', scheme)).rejects.toThrow(BlockedTargetError);
  expect(inside.connections()).toBe(0);
});

test.each([
  ['a loopback address', ['127.0.0.1']],
  ['a private address', ['10.0.0.1']],
  ['the metadata service', ['169.254.169.254']],
  ['a loopback IPv6 address', ['::1']],
  ['a mapped loopback address', ['::ffff:127.0.0.1']],
  ['a public and a private address', ['8.8.8.8', '127.0.0.1']],
  ['a public address and NAT64 metadata', ['2606:4700::1111', '64:ff9b::a9fe:a9fe']],
  ...ownAddresses.map((address): [string, string[]] => [`our own ${address}`, [address]]),
])('a name that leads to %s is blocked, as a CNAME to it would be', async (_, addresses) => {
  const http = client({ resolver: answering(...addresses) });
  await expect(post(http, 'innocent.example')).rejects.toThrow(BlockedTargetError);
  expect(inside.connections()).toBe(0);
});

test('the message does not tell where a name leads', async () => {
  const call = post(client({ resolver: answering('10.1.2.3') }), 'innocent.example');
  await expect(call).rejects.toThrow(/^the target is not a public address$/);
});

test('a stricter rule holds for literal addresses as for names', async () => {
  const http = client({ isForbidden: (address) => address === '192.0.2.7' || address === '8.8.8.8' });
  await expect(post(http, '8.8.8.8')).rejects.toThrow(BlockedTargetError);
});

test('names are looked up by the system where nobody says otherwise, and checked', async () => {
  const guard = createTargetGuard({ allowPrivateTargets: false });
  const failure = await new Promise((resolve) => guard.lookup('localhost', { all: true }, resolve));
  expect(failure).toBeInstanceOf(BlockedTargetError);
});

test('an answer that changes between check and connect changes nothing: what was checked is connected to', async () => {
  const outside = await listenTcp((socket) => socket.destroy(), { host: '127.0.0.2', port: 0 });
  const trap = await listenTcp((socket) => socket.destroy(), { host: '127.0.0.1', port: outside.port });
  listeners.push(outside, trap);
  const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1', '127.0.0.2'];
  let asked = 0;
  // For this test 127.0.0.2 plays a public address.
  const http = client({
    isForbidden: (address) => address !== '127.0.0.2',
    resolver: async () => answering(answers[asked++] ?? '127.0.0.1')(),
  });
  const call = () =>
    http.post({ url: `https://rebinding.example:${outside.port}/`, headers: {}, body: '{}' });

  await expect(call()).rejects.toThrow('ECONNRESET');
  expect({ asked, outside: outside.connections() }).toEqual({ asked: 1, outside: 1 });
  await expect(call()).rejects.toThrow(BlockedTargetError);
  await expect(call()).rejects.toThrow(BlockedTargetError);
  await expect(call()).rejects.toThrow('ECONNRESET');
  expect({ asked, outside: outside.connections() }).toEqual({ asked: 4, outside: 2 });
  expect(trap.connections()).toBe(0);
});

test('the listener does hear who comes: with private targets allowed the same calls reach it', async () => {
  const http = client({ allowPrivateTargets: true });
  const before = inside.connections();
  for (const host of ['127.0.0.1', '0x7f.1', '2130706433', 'localhost']) {
    await expect(post(http, host)).rejects.toThrow();
  }
  expect(inside.connections()).toBe(before + 4);
});
