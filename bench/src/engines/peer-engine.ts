import type { ProcessGroup } from '../processes/usage';
import type { Engine } from './engine';
import { startPeerProcess } from './peer-process';
import type { StopStack } from './stop-stack';

export interface PeerOptions {
  name: string;
  /** Compiled file of the peer. */
  file: string;
  env: Record<string, string>;
  facts: Record<string, string>;
  startsPerSecond: number | null;
  /** False where a job cannot be taken back. */
  canReply: boolean;
  /** Its servers' processes. */
  servers: ProcessGroup[];
  /** Holds the servers; producer and worker are added. */
  stack: StopStack;
}

/** An engine whose producer and worker are one process each. */
export async function startPeerEngine(options: PeerOptions): Promise<Engine> {
  const { name, file, env, servers, startsPerSecond } = options;
  // The producer first: it makes what the worker needs (tables, queues).
  const producer = options.stack.add(await startPeerProcess(file, 'producer', env));
  let worker = await startPeerProcess(file, 'worker', env);
  options.stack.add({ stop: () => worker.stop() });
  return {
    name,
    startsPerSecond,
    facts: { ...producer.facts, ...worker.facts, ...options.facts },
    schedule: async ({ id, dueAt }) => void (await producer.ask({ kind: 'schedule', id, dueAt })),
    ...(options.canReply
      ? {
          reply: async (id: string) => {
            const { inFlight = false } = await producer.ask({ kind: 'cancel', id });
            return { inFlight };
          },
        }
      : {}),
    killWorker: () => worker.kill(),
    startWorker: async () => {
      worker = await startPeerProcess(file, 'worker', env);
    },
    groups: () => [
      { name: 'worker', pids: [worker.pid] },
      { name: 'producer', pids: [producer.pid] },
      ...servers,
    ],
    stop: () => options.stack.stop(),
  };
}
