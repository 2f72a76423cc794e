import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const followParent = pathToFileURL(join(root, 'scripts', 'bootstrap', 'follow-parent.mjs')).href;

/** Progress goes to stderr: stdout belongs to what is run (`--json`). */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** A command of this Node. */
export function node(args, program = process.execPath) {
  return { program, args: ['--import', followParent, ...args] };
}

/** A TypeScript file run from its source. */
export function script(file, args) {
  return node(['--enable-source-maps', '--import', 'tsx', file, ...args]);
}

/** Runs a command in our place: our stdio, our signals, its exit code. */
export async function runThrough(command) {
  const child = start(command, ['inherit', 'inherit', 'inherit', 'ipc']);
  // A terminal's Ctrl-C reaches the child by itself.
  const inTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => (signal === 'SIGINT' && inTerminal ? undefined : child.kill(signal)));
  }
  return (await ended(child)).code;
}

/**
 * Runs a command with its output kept, all of it and stdout alone: `{ code, output, stdout }`. It ends with us. A nice
 * one leaves the processor to those that are not.
 */
export async function runQuietly(command) {
  const child = start(command, ['ignore', 'pipe', 'pipe', 'ipc']);
  if (command.isNice && child.pid !== undefined)
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let output = '';
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const { code, error } = await ended(child);
  return { code, stdout, output: error === undefined ? output : error.message };
}

function start({ program, args, env }, stdio) {
  const ownEnv = { ...process.env, ...env, FOLLOWTHROUGH_PARENT: String(process.pid) };
  return spawn(program, args, { cwd: root, stdio, env: ownEnv });
}

function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, error }));
    child.once('close', (code, signal) => resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0) }));
  });
}
