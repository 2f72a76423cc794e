import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Arrival } from './judge';

// The provider that all engines send to, in a process of its own: it notes who arrived when, and is the only judge.
// Commands come over IPC, so that nothing of the bench disturbs the port under measurement.

const commandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('latency'), latencyMs: z.number() }),
  z.object({ kind: z.literal('count'), prefix: z.string() }),
  z.object({ kind: z.literal('arrivals'), prefix: z.string() }),
  z.object({ kind: z.literal('forget') }),
]);

const bodySchema = z.object({ id: z.string().optional(), externalId: z.string().nullish() });

let arrivals: Arrival[] = [];
let latencyMs = 0;

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const at = Date.now();
  readBody(request, (body) => {
    const key = request.headers['webhook-id'];
    arrivals.push({ id: idIn(body), at, key: typeof key === 'string' ? key : null });
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    if (latencyMs > 0) setTimeout(answer, latencyMs);
    else answer();
  });
});

function readBody(request: IncomingMessage, done: (body: string) => void) {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => done(body));
}

/** The conversation's externalId where the sender is ours (its `id` is the delivery), else the job's id. */
function idIn(body: string): string {
  const facts = bodySchema.parse(JSON.parse(body));
  return facts.externalId ?? facts.id ?? '';
}

function answerOf(command: z.infer<typeof commandSchema>): object {
  switch (command.kind) {
    case 'latency':
      latencyMs = command.latencyMs;
      return {};
    case 'count':
      return {
        count: new Set(arrivals.filter(({ id }) => id.startsWith(command.prefix)).map(({ id }) => id)).size,
      };
    case 'arrivals':
      return { arrivals: arrivals.filter(({ id }) => id.startsWith(command.prefix)) };
    case 'forget':
      arrivals = [];
      return {};
  }
}

process.on('message', (message) => process.send?.(answerOf(commandSchema.parse(message))));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
