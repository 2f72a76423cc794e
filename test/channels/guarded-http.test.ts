import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { setImmediate as tick } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  createGuardedHttp,
  UnansweredError,
  UnreachedError,
  type GuardedHttp,
} from '../../src/channels/guarded-http';
import { BlockedTargetError, type TargetGuardOptions } from '../../src/channels/target-guard';
import { listenTcp, type TcpListener } from '../support/tcp-listener';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function client(options: Partial<TargetGuardOptions & { timeoutMs: number }> = {}): GuardedHttp {
  const http = createGuardedHttp({ allowPrivateTargets: true, timeoutMs: 5_000, ...options });
  opened.push(http);
  return http;
}

async function listener(...args: Parameters<typeof listenTcp>): Promise<TcpListener> {
  const listening = await listenTcp(...args);
  opened.unshift(listening);
  return listening;
}

/** A server that reads one request to its end, then does what the test says. */
function afterRequest(act: (socket: Socket) => void) {
  return (socket: Socket) => {
    let read = '';
    socket.on('data', (chunk) => {
      read += chunk.toString('latin1');
      if (!read.endsWith('the body')) return;
      read = '';
      act(socket);
    });
  };
}

const request = (port: number, signal?: AbortSignal) => ({
  url: `http://127.0.0.1:${port}/hook?x=1`,
  headers: { 'content-type': 'text/plain' },
  body: 'the body',
  signal,
});
const answer = (status: number, headers = '', body = '') =>
  `HTTP/1.1 ${status} Words\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

describe('an answer', () => {
  test('arrives with status, headers and body, and its connection is used again', async () => {
    const server = await listener(afterRequest((socket) => socket.write(answer(201, 'x-a: b\r\n', 'yes'))));
    const http = client();
    for (let call = 0; call < 20; call += 1) {
      const reply = await http.post(request(server.port));
      expect(reply).toMatchObject({ status: 201, body: 'yes', headers: { 'x-a': 'b' } });
    }
    // Two, not one: right after an answer its connection is not free yet, and the next call opens the second.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test('a redirect is an answer: nobody goes where it points', async () => {
    const secret = await listener();
    const location = `location: http://127.0.0.1:${secret.port}/latest/meta-data/\r\n`;
    const server = await listener(afterRequest((socket) => socket.write(answer(307, location))));
    await expect(client().post(request(server.port))).resolves.toMatchObject({ status: 307 });
    expect(secret.connections()).toBe(0);
  });

  test('an interim answer is not the answer', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const server = await listener(afterRequest((socket) => socket.write(hints + answer(204))));
    await expect(client().post(request(server.port))).resolves.toMatchObject({ status: 204 });
  });

  test('a compressed body stays compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const server = await listener(
      afterRequest((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
        socket.write(bomb);
      }),
    );
    const { body } = await client().post(request(server.port));
    expect(body.length).toBeLessThanOrEqual(bomb.length);
  });

  test('a body past 64 kB is cut and its connection ended; the status counts', async () => {
    let written = 0;
    const server = await listener(
      afterRequest((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n');
        const more = () => {
          while (!socket.destroyed && written < 100_000_000) {
            written += 65_536;
            if (!socket.write(Buffer.alloc(65_536, 'a'))) return void socket.once('drain', more);
          }
        };
        more();
      }),
    );
    const reply = await client().post(request(server.port));
    expect(reply.status).toBe(200);
    expect(reply.body.length).toBe(65_536);
    expect(written).toBeLessThan(20_000_000);
  });

  test('a body that drips keeps nobody longer than the deadline; the status counts', async () => {
    const server = await listener(
      afterRequest((socket) => {
        socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\nretry-after: 7\r\n\r\n');
        const drip = setInterval(() => socket.write('.'), 20);
        socket.once('close', () => clearInterval(drip));
      }),
    );
    const reply = await client({ timeoutMs: 300 }).post(request(server.port));
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  });
});

describe('unanswered: the request was written and no one can tell', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['a reset', (socket) => socket.resetAndDestroy()],
    [
      'an interim answer, then the end',
      (socket) => socket.end('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    ],
    ['an end', (socket) => socket.end()],
    ['no HTTP', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['half a status line', (socket) => socket.end('HTTP/1.1 20')],
    [
      'an unwanted upgrade',
      (socket) => socket.write('HTTP/1.1 101 Up\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['silence past the deadline', () => undefined],
    ['headers that drip past the deadline', (socket) => drip(socket)],
  ])('%s', async (_, act) => {
    const server = await listener(afterRequest(act));
    await expect(client({ timeoutMs: 700 }).post(request(server.port))).rejects.toThrow(UnansweredError);
  });

  test.each<[string, string]>([
    ['10 MB of headers', 'x: y\r\n'.repeat(1_700_000)],
    ['one endless header', `x: ${'y'.repeat(10_000_000)}`],
  ])('%s, given up at 16 kB', async (_, headers) => {
    const server = await listener(afterRequest((socket) => socket.write(`HTTP/1.1 200 OK\r\n${headers}`)));
    const call = client().post(request(server.port));
    const overflow = { name: 'UnansweredError', message: 'UND_ERR_HEADERS_OVERFLOW' };
    await expect(call).rejects.toMatchObject(overflow);
  });

  test('an abort while the receiver holds the request', async () => {
    const aborter = new AbortController();
    const server = await listener(afterRequest(() => aborter.abort()));
    await expect(client().post(request(server.port, aborter.signal))).rejects.toThrow(UnansweredError);
  });

  test('a connection that was reset while the request was half written', async () => {
    const server = await listener((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const big = { ...request(server.port), body: 'x'.repeat(20_000_000) };
    await expect(client().post(big)).rejects.toThrow(UnansweredError);
  });
});

function drip(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  const timer = setInterval(() => socket.write('x: y\r\n'), 20);
  socket.once('close', () => clearInterval(timer));
}

describe('unreached: not a byte of the request was written', () => {
  test('connection refused', async () => {
    const closed = await listenTcp();
    await closed.close();
    await expect(client().post(request(closed.port))).rejects.toThrow(UnreachedError);
  });

  test('a name without an address', async () => {
    const http = client({
      resolver: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    const call = http.post({ ...request(80), url: 'http://nowhere.test/' });
    await expect(call).rejects.toMatchObject({ name: 'UnreachedError', message: 'ENOTFOUND' });
  });

  test('a name that resolves to nothing', async () => {
    const http = client({ resolver: async () => [] });
    await expect(http.post({ ...request(80), url: 'http://nowhere.test/' })).rejects.toThrow(UnreachedError);
  });

  test('TLS to a server that speaks none', async () => {
    const server = await listener((socket) => socket.write('220 mail.example.com\r\n'));
    const url = `https://127.0.0.1:${server.port}/`;
    await expect(client().post({ ...request(80), url })).rejects.toThrow(UnreachedError);
  });

  test('a name that takes longer than the deadline; when it resolves at last, nothing is sent', async () => {
    let resolveName: (addresses: LookupAddress[]) => void = () => undefined;
    const bytes: Buffer[] = [];
    const server = await listener((socket) => socket.on('data', (chunk) => bytes.push(chunk)));
    const http = client({
      timeoutMs: 100,
      resolver: () => new Promise((resolve) => (resolveName = resolve)),
    });
    const call = http.post({ ...request(80), url: `http://slow.test:${server.port}/` });
    await expect(call).rejects.toThrow(UnreachedError);
    resolveName([{ address: '127.0.0.1', family: 4 }]);
    await http.close();
    await tick();
    expect(Buffer.concat(bytes).toString()).toBe('');
  });

  test('a call that was aborted before it began', async () => {
    const server = await listener();
    await expect(client().post(request(server.port, AbortSignal.abort()))).rejects.toThrow(UnreachedError);
    expect(server.connections()).toBe(0);
  });
});

test('a resolver is not asked about an address, and a blocked one is told from an unreached one', async () => {
  const http = client({ allowPrivateTargets: false, resolver: () => Promise.reject(new Error('not asked')) });
  await expect(http.post({ ...request(80), url: 'https://10.0.0.1/' })).rejects.toThrow(BlockedTargetError);
});
