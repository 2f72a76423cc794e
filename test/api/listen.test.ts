import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { listen, type Listener } from '../../src/api/listen';

const HOST = '127.0.0.1';
const LIMITS = { requestMs: 60_000, silenceMs: 500, lookEveryMs: 50 };
let listener: Listener;
afterEach(() => listener.close(0));

/** Reads a body with a pause after each piece, as an import does, and says how much there was. */
async function listenSlowly(limits: typeof LIMITS) {
  listener = await listen(
    (req, res) => {
      void (async () => {
        let bytes = 0;
        for await (const piece of req) {
          bytes += Buffer.from(piece).length;
          await pause(20);
        }
        res.end(String(bytes));
      })().catch(() => undefined);
    },
    HOST,
    0,
    limits,
  );
}

function post(contentLength: number) {
  const headers = { 'content-length': contentLength };
  return request({ host: HOST, port: listener.port, method: 'POST', headers });
}

/** The answer's status, or 'cut' where the connection ended before it could be read. */
function upload(bytes: number): Promise<number | 'cut' | undefined> {
  return new Promise((resolve) => {
    const sent = post(bytes);
    sent.on('error', () => resolve('cut'));
    sent.on('response', (response) => resolve(response.resume().statusCode));
    sent.end(Buffer.alloc(bytes));
  });
}

test('an upload that takes longer than a connection may be silent is read to its end', async () => {
  await listenSlowly(LIMITS);
  const beganAt = performance.now();
  expect(await upload(8_000_000)).toBe(200);
  expect(performance.now() - beganAt).toBeGreaterThan(LIMITS.silenceMs);
});

test('the time in which a request must arrive is what cuts such an upload off', async () => {
  await listenSlowly({ ...LIMITS, requestMs: 500 });
  expect([408, 'cut']).toContain(await upload(8_000_000));
});

test('a client that sends a part of its body and then nothing loses its connection', async () => {
  await listenSlowly(LIMITS);
  const sent = post(1_000);
  sent.write('{');
  const [error]: unknown[] = await once(sent, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
});
