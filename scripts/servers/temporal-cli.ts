import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildTemporalCli } from './temporal-build';
import { downloadTemporalCli } from './temporal-download';
import { isAtLeast } from './version';

/** CLI 1.9.1 carries server 1.32.0: older ones cannot skip time, newer ones need a newer Go to build. */
const CLI_VERSION = '1.9.1';
const MIN_SERVER_VERSION = '1.32.0';

const progress = (line: string) => process.stderr.write(`${line}\n`);

/** Path of a Temporal CLI that is new enough: found, downloaded or built. Throws, with every way to get one, if none. */
export async function findTemporalCli(): Promise<string> {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named !== undefined && named !== '') return checkNamed(named);
  if (isNewEnough('temporal')) return 'temporal';
  const cached = cachedCliPath();
  if (existsSync(cached) && isNewEnough(cached)) return cached;
  const reasons: string[] = [];
  for (const obtain of [downloadTemporalCli, buildTemporalCli]) {
    try {
      await obtain(CLI_VERSION, cached, progress);
      if (isNewEnough(cached)) return cached;
      reasons.push(`${cached} does not run here`);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(howToGetIt(reasons));
}

/** One for all clones of this user. */
export function cachedCliPath(env: NodeJS.ProcessEnv = process.env): string {
  const cache =
    env.XDG_CACHE_HOME !== undefined && env.XDG_CACHE_HOME !== ''
      ? env.XDG_CACHE_HOME
      : join(homedir(), '.cache');
  return join(cache, 'followthrough', `temporal-${CLI_VERSION}`, 'temporal');
}

/** `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)`: only the server's part says whether time can be skipped. */
export function serverVersionIn(output: string): string | undefined {
  return /\(Server (\d+\.\d+\.\d+)/.exec(output)?.[1];
}

function checkNamed(path: string): string {
  if (isNewEnough(path)) return path;
  throw new Error(
    `TEMPORAL_CLI_PATH (${path}) is not a Temporal CLI with server ${MIN_SERVER_VERSION} or newer.`,
  );
}

function isNewEnough(program: string): boolean {
  try {
    const output = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version = serverVersionIn(output);
    return version !== undefined && isAtLeast(version, MIN_SERVER_VERSION);
  } catch {
    return false;
  }
}

function howToGetIt(reasons: string[]): string {
  return [
    `No Temporal CLI with server ${MIN_SERVER_VERSION} or newer (${reasons.join('; ')}). Any one of these helps:`,
    `  1. install the CLI ${CLI_VERSION} (https://docs.temporal.io/cli) on PATH, or name it in TEMPORAL_CLI_PATH;`,
    '  2. install Go 1.26.8 or newer: it is then built once from tools/temporal-cli;',
    '  3. run a Temporal server of your own and name it in TEMPORAL_ADDRESS.',
  ].join('\n');
}
