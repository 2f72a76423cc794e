import { spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { commandOf } from '../../scripts/servers/process-facts';
import { waitFor } from '../support/wait-for';

const root = resolve(__dirname, '..', '..');
let clone: string;

/** Stands in for npm: notes that it was called, and leaves what an install leaves. */
const npm = `
  const fs = require('node:fs');
  fs.appendFileSync('npm-calls', process.argv.slice(2, 3) + '\\n');
  process.stdout.write('npm talks on stdout');
  fs.rmSync('node_modules', { recursive: true, force: true });
  fs.mkdirSync('node_modules');
  for (const name of ['tsx', 'esbuild', '@esbuild', 'get-tsconfig', 'resolve-pkg-maps']) {
    const real = process.env.REAL_MODULES + '/' + name;
    if (fs.existsSync(real)) fs.symlinkSync(real, 'node_modules/' + name);
  }
`;

/** What `npm run dev` runs there: says its pid and arguments, ends with 7 on SIGTERM or when told `exit`. */
const script = `
  setInterval(() => undefined, 60_000);
  process.once('SIGTERM', () => process.exit(7));
  process.once('SIGINT', () => process.exit(8));
  console.log(JSON.stringify([process.pid, ...process.argv.slice(2)]));
  if (process.argv[2] === 'exit') process.exit(7);
`;

interface Run {
  process: ChildProcess;
  /** Resolves with the child script's pid. */
  pid: Promise<number>;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function bootstrap(...args: string[]): Run {
  const child = spawn(process.execPath, [join(clone, 'scripts', 'bootstrap.mjs'), ...args], {
    env: { ...process.env, npm_execpath: join(clone, 'npm.js'), REAL_MODULES: join(root, 'node_modules') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const pid = new Promise<number>((found) => {
    createInterface({ input: child.stdout }).once('line', (line) => found(Number(/\d+/.exec(line)?.[0])));
  });
  const ended = new Promise<Awaited<Run['ended']>>((done) => {
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
  return { process: child, pid, ended };
}

const npmCalls = () => readFileSync(join(clone, 'npm-calls'), 'utf8').trim().split('\n');

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  mkdirSync(join(clone, 'scripts'));
  cpSync(join(root, 'scripts', 'bootstrap.mjs'), join(clone, 'scripts', 'bootstrap.mjs'));
  cpSync(join(root, 'scripts', 'bootstrap'), join(clone, 'scripts', 'bootstrap'), { recursive: true });
  writeFileSync(join(clone, 'scripts', 'dev.ts'), script);
  writeFileSync(join(clone, 'npm.js'), npm);
  writeFileSync(join(clone, 'package-lock.json'), '{}\n');
});

afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('bootstrap', () => {
  test('installs a fresh clone from the lockfile, once, and keeps stdout for what it runs', async () => {
    const first = await bootstrap('dev', 'exit', '--json').ended;
    expect(first.code).toBe(7);
    expect(first.stdout).toMatch(/^\[\d+,"exit","--json"\]\n$/);
    expect(first.stderr).toContain('Installing dependencies from the lockfile.');
    const second = await bootstrap('dev', 'exit').ended;
    expect(second).toMatchObject({ code: 7, stderr: '' });
    expect(npmCalls()).toEqual(['ci']);
  });

  test('installs again when the lockfile changed', async () => {
    appendFileSync(join(clone, 'package-lock.json'), '\n');
    await bootstrap('dev', 'exit').ended;
    expect(npmCalls()).toEqual(['ci', 'ci']);
  });

  test.each([
    ['SIGTERM', 7],
    ['SIGINT', 8],
  ] as const)('hands %s on and ends as the script does', async (signal, code) => {
    const run = bootstrap('dev');
    await run.pid;
    run.process.kill(signal);
    await expect(run.ended).resolves.toMatchObject({ code });
  });

  test('takes the script with it when it is killed', async () => {
    const run = bootstrap('dev');
    const pid = await run.pid;
    expect(commandOf(pid)).toContain('dev.ts');
    run.process.kill('SIGKILL');
    await waitFor('the script to be gone', () => commandOf(pid) === '');
  });

  test('says in one line what is wrong', async () => {
    const unknown = await bootstrap('nonsense').ended;
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/^Usage: .*demo.*\n$/);
    writeFileSync(join(clone, 'npm.js'), 'process.exit(3)');
    appendFileSync(join(clone, 'package-lock.json'), '\n');
    const { code, stderr } = await bootstrap('dev', 'exit').ended;
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'npm ci ended with 3: is the package registry within reach?',
    );
    expect(existsSync(join(clone, 'node_modules'))).toBe(true);
  });
});
