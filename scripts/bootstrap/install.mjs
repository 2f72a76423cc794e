import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root, say } from './run.mjs';

const PROGRESS_MS = 15_000;
// No install scripts: nothing of ours needs one, and many an npm runs none anyway.
const FLAGS = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Brings node_modules of `folder` (relative to the root) to what its lockfile says; does nothing when it is there. */
export async function ensureInstalled(folder) {
  const place = join(root, folder);
  const lockFile = join(place, 'package-lock.json');
  const marker = join(place, 'node_modules', '.followthrough-lock');
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  if (!installedByHand(place, lockFile)) await install(place, folder);
  writeFileSync(marker, hash);
}

/** npm writes this file last, so it is newer than the lockfile after any install that a person ran. */
function installedByHand(place, lockFile) {
  const written = join(place, 'node_modules', '.package-lock.json');
  return existsSync(written) && statSync(written).mtimeMs >= statSync(lockFile).mtimeMs;
}

async function install(place, folder) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`Installing dependencies${folder === '.' ? '' : ` of ${folder}`} from the lockfile.`);
  const ticker = setInterval(() => say(`  still installing: ${seconds()} s`), PROGRESS_MS);
  const code = await npm(place);
  clearInterval(ticker);
  if (code !== 0) throw new Error(`npm ci ended with ${code}: is the package registry within reach?`);
  say(`Installed in ${seconds()} s.`);
}

function npm(cwd) {
  // Started by npm, we know its program; by hand, it is on PATH.
  const cli = process.env.npm_execpath;
  const [program, args] = cli?.endsWith('.js') ? [process.execPath, [cli, ...FLAGS]] : ['npm', FLAGS];
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 2, 2] });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
