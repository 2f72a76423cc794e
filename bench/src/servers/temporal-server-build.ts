import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedCliPath } from '../../../scripts/servers/temporal-cli';
import { repositoryRoot } from '../../../scripts/servers/folders';
import { startGuarded } from '../../../scripts/servers/guarded-process';
import { EngineAbsent } from '../engines/engine';
import { say } from '../say';

/** The version that the CLI of the dev server carries too, so that both stores are measured with one server. */
export const SERVER_VERSION = '1.32.0';
const MODULE = 'go.temporal.io/server';
const PROGRAMS = { server: `${MODULE}/cmd/server`, sql: `${MODULE}/cmd/tools/sql` };
const STORES = ['temporal', 'visibility'] as const;
const PROGRESS_MS = 30_000;

export interface TemporalPrograms {
  server: string;
  sqlTool: string;
  /** Folder of a store's schema versions. */
  schema(store: (typeof STORES)[number]): string;
}

/** The production server and its schema tool, built once for all clones. Throws EngineAbsent when they cannot be. */
export async function findTemporalServer(): Promise<TemporalPrograms> {
  const folder = join(dirname(dirname(cachedCliPath())), `temporal-server-${SERVER_VERSION}`);
  if (!existsSync(join(folder, 'server'))) await build(folder);
  return {
    server: join(folder, 'server'),
    sqlTool: join(folder, 'sql'),
    schema: (store) => join(folder, 'schema', store),
  };
}

async function build(target: string): Promise<void> {
  const source = join(repositoryRoot, 'tools', 'temporal-server');
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(join(dirname(target), '.build-'));
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(
    `Building the Temporal server ${SERVER_VERSION} with Go, once for all clones: about 4 minutes on 2 cores.`,
  );
  const ticker = setInterval(() => say(`  still building the Temporal server: ${seconds()} s`), PROGRESS_MS);
  try {
    await compile(source, draft);
    const module = execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], {
      cwd: source,
      encoding: 'utf8',
    });
    for (const store of STORES) {
      const versions = join(module.trim(), 'schema', 'postgresql', 'v12', store, 'versioned');
      cpSync(versions, join(draft, 'schema', store), { recursive: true, mode: 0 });
    }
    execFileSync('chmod', ['-R', 'u+w', draft]);
    renameSync(draft, target);
    say(`Built the Temporal server in ${seconds()} s: ${target}`);
  } catch (error) {
    throw new EngineAbsent(`no Temporal server for PostgreSQL: ${String(error)}`);
  } finally {
    clearInterval(ticker);
    rmSync(draft, { recursive: true, force: true });
  }
}

async function compile(source: string, draft: string): Promise<void> {
  const compiler = await startGuarded({
    command: 'go',
    args: ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${draft}/`, ...Object.values(PROGRAMS)],
    cwd: source,
    env: process.env,
    logFile: join(draft, 'build.log'),
    runFile: join(draft, 'build.json'),
    stopSignal: 'SIGTERM',
    killAfterMs: 5_000,
    removeOnEnd: [join(draft, 'build.log')],
  });
  const { how, log } = await compiler.ended;
  if (how !== 'exit 0') throw new Error(`go build ended with ${how}: ${log}`);
}
