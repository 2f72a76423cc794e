import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startGuarded, type GuardedProcess } from '../../scripts/servers/guarded-process';

export interface ServingOptions {
  /** Names its log and run file; another one for each start. */
  name: string;
  file: string;
  args?: string[];
  env: NodeJS.ProcessEnv;
  folder: string;
  /** Answers 200 once it serves. */
  readyUrl: string;
}

export interface ServingProcess extends GuardedProcess {
  logFile: string;
  /** Resolves when it serves; rejects with the end of its log when it ended instead. */
  ready(): Promise<void>;
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: it stands still, with everything it holds. */
  freeze(): void;
  thaw(): void;
}

const READY_LIMIT_MS = 90_000;
const POLL_MS = 50;
const KILL_AFTER_MS = 12_000;

/** A process of ours that serves HTTP, ends with us, and can be killed or frozen. */
export async function startServing(options: ServingOptions): Promise<ServingProcess> {
  const { name, file, args = [], env, folder, readyUrl } = options;
  const logFile = join(folder, `${name}.log`);
  const guarded = await startGuarded({
    command: process.execPath,
    args: ['--enable-source-maps', file, ...args],
    cwd: folder,
    env,
    logFile,
    runFile: join(folder, `${name}.json`),
    stopSignal: 'SIGTERM',
    killAfterMs: KILL_AFTER_MS,
    removeOnEnd: [],
  });
  const signal = (kind: NodeJS.Signals) => {
    if (guarded.end() === undefined) process.kill(guarded.pid, kind);
  };
  return {
    ...guarded,
    logFile,
    ready: () => serves(name, guarded, readyUrl),
    async kill() {
      signal('SIGKILL');
      // Unlike waiting for its end alone, this keeps our own process alive until then.
      await guarded.stop();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

async function serves(name: string, guarded: GuardedProcess, readyUrl: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const end = guarded.end();
    if (end !== undefined) throw new Error(`${name} ended (${end.how}). Its log ends:\n${end.log}`);
    const ready = await fetch(readyUrl).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await pause(POLL_MS);
  }
  throw new Error(`${name} did not get ready within ${READY_LIMIT_MS / 1000} s`);
}
