import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../servers/folders';
import { startGuarded, type GuardedProcess } from '../servers/guarded-process';
import { releaseRunFile } from '../servers/run-file';
import { followFile } from './follow-file';

export type AppName = 'api' | 'worker';

export interface AppOptions {
  name: AppName;
  /** Its source, from the top of the clone. */
  entry: string;
  env: NodeJS.ProcessEnv;
  /** Answers 200 once it serves. */
  readyUrl: string;
  /** Folder for its log and run file. */
  folder: string;
  onLogLine(line: string): void;
}

export interface AppProcess {
  /** Resolves when it serves. Throws when it ended instead; the log lines were handed on. */
  ready: Promise<void>;
  /** Resolves when it has ended, by itself or by us, with how. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

const tsx = pathToFileURL(require.resolve('tsx')).href;
const READY_LIMIT_MS = 60_000;
const POLL_MS = 100;
const PROBE_LIMIT_MS = 2_000;
/** Longer than the grace that dev gives them. */
const KILL_AFTER_MS = 12_000;

/** Runs API or worker from source in a process that cannot outlive this one, not even after kill -9. */
export async function startApp(options: AppOptions): Promise<AppProcess> {
  const entry = join(repositoryRoot, options.entry);
  const runFile = join(options.folder, `${options.name}.json`);
  const logFile = join(options.folder, `${options.name}.log`);
  await releaseRunFile(runFile, entry);
  const app = await startGuarded({
    command: process.execPath,
    args: ['--enable-source-maps', '--import', tsx, entry],
    cwd: repositoryRoot,
    env: options.env,
    logFile,
    runFile,
    stopSignal: 'SIGTERM',
    killAfterMs: KILL_AFTER_MS,
    removeOnEnd: [],
  });
  const stopFollowing = followFile(logFile, options.onLogLine);
  void app.ended.then(stopFollowing);
  return {
    ready: serves(options, app),
    ended: app.ended.then(({ how }) => how),
    stop: async () => void (await app.stop()),
  };
}

async function serves({ name, readyUrl }: AppOptions, app: GuardedProcess): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (Date.now() < deadline) {
    const end = app.end();
    if (end !== undefined) throw new Error(`The ${name} ended (${end.how}); its log above says why.`);
    if (await answersOk(readyUrl)) return;
    await pause(POLL_MS);
  }
  throw new Error(`The ${name} did not get ready within ${READY_LIMIT_MS / 1000} s (${readyUrl}).`);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })).ok;
  } catch {
    return false;
  }
}
