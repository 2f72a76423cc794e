import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { inUse } from './run-file';
import type { RunUser } from './run-user';

const guardPath = join(__dirname, 'guard.mjs');

export interface GuardedCommand {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Run as this user; absent = as ourselves. */
  runAs?: RunUser | undefined;
  /** Where the server's output goes; begun anew at each start. */
  logFile: string;
  /** Names the living server for the next start (see run-file.ts). */
  runFile: string;
  stopSignal: NodeJS.Signals;
  /** After this long the stop becomes SIGKILL. */
  killAfterMs: number;
  /** Files and folders that go when the server has ended, whoever ended it. */
  removeOnEnd: string[];
}

export interface ProcessEnd {
  /** `exit 1`, `SIGINT`. */
  how: string;
  /** The last lines of its log. */
  log: string;
}

export interface GuardedProcess {
  pid: number;
  /** Set as soon as the process has ended, by itself or by us. */
  end(): ProcessEnd | undefined;
  /** Resolves with the same. */
  ended: Promise<ProcessEnd>;
  stop(): Promise<ProcessEnd>;
}

const messageSchema = z.union([
  z.object({ started: z.int() }),
  z.object({ failed: z.string() }),
  z.object({ ended: z.object({ code: z.int().nullable(), signal: z.string().nullable(), log: z.string() }) }),
]);

/** Starts a process that cannot outlive this one. Throws when it cannot be started, or when `runFile` is taken. */
export async function startGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  mkdirSync(dirname(command.runFile), { recursive: true });
  // Its own session: Ctrl-C in a terminal reaches us only, and we stop the servers last.
  const guard = spawn(process.execPath, [guardPath, command.runFile], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { started, ended } = follow(guard, command.runFile);
  guard.send({ ...command });
  const pid = await started;
  // A script that has nothing else to do may end, and its servers with it.
  guard.unref();
  guard.channel?.unref();
  let end: ProcessEnd | undefined;
  void ended.then((known) => (end = known));
  return {
    pid,
    ended,
    end: () => end,
    stop: async () => {
      guard.ref();
      guard.channel?.ref();
      if (guard.connected) guard.send('end');
      return ended;
    },
  };
}

function follow(
  guard: ChildProcess,
  runFile: string,
): { started: Promise<number>; ended: Promise<ProcessEnd> } {
  let end: ProcessEnd = { how: 'its guard was killed', log: '' };
  // 'close', not 'exit': it comes after the last message was read.
  const ended = new Promise<ProcessEnd>((resolve) => guard.once('close', () => resolve(end)));
  const started = new Promise<number>((resolve, reject) => {
    guard.once('error', reject);
    guard.once('close', () => reject(new Error(`${end.how} ${end.log}`.trim())));
    guard.on('message', (raw) => {
      const message = messageSchema.parse(raw);
      if ('started' in message) resolve(message.started);
      else if ('failed' in message)
        reject(message.failed === 'in use' ? inUse(runFile) : new Error(message.failed));
      else end = { how: message.ended.signal ?? `exit ${message.ended.code}`, log: message.ended.log };
    });
  });
  return { started, ended };
}
