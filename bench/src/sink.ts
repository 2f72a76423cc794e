import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { Arrival } from './judge';
import { nextMessage } from './processes/next-message';

/** The sink's process, as the bench sees it. */
export interface Sink {
  url: string;
  pid: number;
  /** How long it takes to answer; what is under way when a worker dies depends on it. */
  setLatency(latencyMs: number): Promise<void>;
  /** How many different ids with this prefix have arrived. */
  count(prefix: string): Promise<number>;
  arrivals(prefix: string): Promise<Arrival[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
}

const portSchema = z.object({ port: z.int().positive() });
const countSchema = z.object({ count: z.int() });
const arrivalsSchema = z.object({
  arrivals: z.array(z.object({ id: z.string(), at: z.number(), key: z.string().nullable() })),
});

export async function startSink(): Promise<Sink> {
  const child = fork(join(__dirname, 'sink-process.ts'), { execArgv: ['--import', 'tsx'] });
  const { port } = portSchema.parse(await nextMessage(child, 'sink'));
  // One command at a time: an answer carries nothing that says what it answers.
  let last: Promise<unknown> = Promise.resolve();
  const ask = (command: object): Promise<unknown> => {
    const asked = last.then(() => {
      child.send(command);
      return nextMessage(child, 'sink');
    });
    last = asked.catch(() => undefined);
    return asked;
  };
  return {
    url: `http://127.0.0.1:${port}/hook`,
    pid: child.pid ?? 0,
    setLatency: async (latencyMs) => void (await ask({ kind: 'latency', latencyMs })),
    count: async (prefix) => countSchema.parse(await ask({ kind: 'count', prefix })).count,
    arrivals: async (prefix) => arrivalsSchema.parse(await ask({ kind: 'arrivals', prefix })).arrivals,
    forget: async () => void (await ask({ kind: 'forget' })),
    async stop() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
