import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from './folders';
import { startGuarded } from './guarded-process';
import { isAtLeast } from './version';

const MIN_GO_VERSION = '1.26.8';
const PROGRESS_MS = 15_000;

/** Builds the pinned CLI with Go into `target`. Throws when there is no Go that can, or when the build fails. */
export async function buildTemporalCli(
  version: string,
  target: string,
  progress: (line: string) => void,
): Promise<void> {
  const source = join(repositoryRoot, 'tools', 'temporal-cli');
  requireGo(source);
  mkdirSync(dirname(target), { recursive: true });
  // Built aside and renamed: two builds at once are wasteful, not harmful.
  const draft = mkdtempSync(join(dirname(target), '.build-'));
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  progress(`Building the Temporal CLI ${version} with Go, once for all clones: about 4 minutes on 2 cores.`);
  const ticker = setInterval(
    () => progress(`  still building the Temporal CLI: ${seconds()} s`),
    PROGRESS_MS,
  );
  try {
    await build(source, draft);
    renameSync(join(draft, 'temporal'), target);
    progress(`Built the Temporal CLI in ${seconds()} s: ${target}`);
  } finally {
    clearInterval(ticker);
    rmSync(draft, { recursive: true, force: true });
  }
}

async function build(source: string, draft: string): Promise<void> {
  const output = ['-o', join(draft, 'temporal'), 'github.com/temporalio/cli/cmd/temporal'];
  const compiler = await startGuarded({
    command: 'go',
    args: ['build', '-trimpath', '-ldflags', '-s -w', ...output],
    cwd: source,
    env: process.env,
    logFile: join(draft, 'build.log'),
    runFile: join(draft, 'build.json'),
    stopSignal: 'SIGTERM',
    killAfterMs: 5_000,
    removeOnEnd: [],
  });
  const { how, log } = await compiler.ended;
  if (how !== 'exit 0') throw new Error(`go build ended with ${how}: ${log}`);
}

/** Asked inside the module, where an older Go fetches the toolchain which go.mod names. */
function requireGo(source: string): void {
  let output: string;
  try {
    output = execFileSync('go', ['version'], {
      cwd: source,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    throw new Error('no Go to build it with');
  }
  const version = /go(\d+\.\d+(\.\d+)?)/.exec(output)?.[1] ?? '0';
  if (!isAtLeast(version, MIN_GO_VERSION)) throw new Error(`Go ${version} is older than ${MIN_GO_VERSION}`);
}
