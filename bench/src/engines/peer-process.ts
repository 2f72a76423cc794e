import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { nextMessage } from '../processes/next-message';

/** One process of a peer (see bench/peers/serve-peer.ts): its producer or its worker. */
export interface PeerProcess {
  pid: number;
  facts: Record<string, string>;
  ask(
    command: { kind: 'schedule'; id: string; dueAt: number } | { kind: 'cancel'; id: string },
  ): Promise<PeerAnswer>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const answerSchema = z.object({
  ref: z.int(),
  inFlight: z.boolean().optional(),
  error: z.string().optional(),
});
type PeerAnswer = z.infer<typeof answerSchema>;
const readySchema = z.object({ ready: z.record(z.string(), z.string()) });

const STOP_LIMIT_MS = 10_000;

/** Starts a compiled peer and waits until it is ready. Throws when it dies first; its stderr is ours. */
export async function startPeerProcess(
  file: string,
  role: 'producer' | 'worker',
  env: Record<string, string>,
): Promise<PeerProcess> {
  const child = fork(file, [role], {
    env: { ...process.env, ...env },
    // The bench itself runs under tsx; what is measured does not.
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, (answer: PeerAnswer) => void>();
  const facts = readySchema.parse(await nextMessage(child, role)).ready;
  child.on('message', (raw) => {
    const answer = answerSchema.parse(raw);
    waiting.get(answer.ref)?.(answer);
    waiting.delete(answer.ref);
  });
  child.on('exit', () => waiting.forEach((done, ref) => done({ ref, error: `the ${role} died` })));
  let nextRef = 0;
  return {
    pid: child.pid ?? 0,
    facts,
    ask: (command) =>
      new Promise((resolve, reject) => {
        const ref = nextRef++;
        waiting.set(ref, (answer) => {
          if (answer.error === undefined) resolve(answer);
          else reject(new Error(answer.error));
        });
        child.send({ ref, ...command });
      }),
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(force);
}
