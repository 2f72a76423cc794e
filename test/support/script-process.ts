import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..');
// Named by its place, so that a script in another folder is loaded by this clone's tsx.
const tsx = pathToFileURL(createRequire(__filename).resolve('tsx')).href;

export interface ScriptProcess {
  process: ChildProcess;
  /** The first line on stdout. Rejects, with what it wrote to stderr, if it ends before that. */
  firstLine: Promise<string>;
  /** Exit code, or the signal's name. */
  ended: Promise<string>;
}

/** Runs a TypeScript file as `npm run` would, with its output captured. `home` is the clone it belongs to. */
export function runScript(
  file: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  home = root,
): ScriptProcess {
  const child = spawn(process.execPath, ['--import', tsx, join(home, file), ...args], {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? String(code)));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then((how) => reject(new Error(`${file} ended (${how}): ${errors}`)));
  });
  // Whoever waits for it only to end has no use for the line.
  firstLine.catch(() => undefined);
  return { process: child, firstLine, ended };
}
