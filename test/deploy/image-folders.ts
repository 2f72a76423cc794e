import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Stage, Step } from './dockerfile';
import { readText, root } from './yaml-file';

/** What `docker build` would be handed: files that git knows or would take, as far as .dockerignore lets them in. */
export function copyContext(folder: string): void {
  const allowed = readText('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of listed.toString('utf8').split('\0')) {
    const isIn = allowed.some((path) => file === path || file.startsWith(`${path}/`));
    if (isIn && existsSync(join(root, file))) cpSync(join(root, file), join(folder, file));
  }
}

/** Takes a stage's steps in `<home>/<stage>`, in the place of `/app`. Throws with the output of a command that fails. */
export async function buildStage(home: string, stage: Stage): Promise<void> {
  const app = join(home, stage.name);
  mkdirSync(app, { recursive: true });
  for (const step of stage.steps) {
    if (step.kind === 'copy') copy(home, app, step);
    else await run(app, step.command);
  }
}

function copy(home: string, app: string, { from, sources, target }: Extract<Step, { kind: 'copy' }>): void {
  for (const source of sources) {
    const path =
      from === undefined ? join(home, 'context', source) : join(home, from, source.replace(/^\/app\//, ''));
    const place = target.endsWith('/') ? join(app, target, basename(source)) : join(app, target);
    cpSync(path, place, { recursive: true, verbatimSymlinks: true });
  }
}

/**
 * The development packages are here already: the build stage borrows them. The others are installed for real, from npm's
 * cache where it has them.
 */
async function run(app: string, command: string): Promise<void> {
  if (/^npm ci\b(?!.*--omit=dev)/.test(command)) {
    symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'));
    return;
  }
  // Which native core to keep is said in Linux's words.
  if (process.platform !== 'linux' && command.startsWith('find ')) return;
  const offline = command.startsWith('npm ci') ? `${command} --prefer-offline` : command;
  const child = spawn('sh', ['-c', offline], {
    cwd: app,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${output}`);
}

const KEPT = /^(PATH|HOME|USER|LANG|TMPDIR|\w+_proxy|NODE_EXTRA_CA_CERTS|npm_config_(registry|cache))$/i;

/** Nothing of Jest's and of our own settings reaches what an image would run. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));
}
