import { once } from 'node:events';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { localFolder, serverFolder } from '../../scripts/servers/folders';
import { commandOf } from '../../scripts/servers/process-facts';
import { findRunUser } from '../../scripts/servers/run-user';
import { runScript, type ScriptProcess } from '../support/script-process';
import { waitFor } from '../support/wait-for';

const name = `test-dev-${process.pid}`;
const folder = join(localFolder(), name);
const postgresFolder = serverFolder(join(name, 'postgres'), findRunUser());
const LIMIT_MS = 120_000;

const readySchema = z.strictObject({
  api: z.string(),
  apiKey: z.string(),
  organizationId: z.string(),
  temporalAddress: z.string(),
  temporalUi: z.string(),
  databaseUrl: z.string(),
});
const runFileSchema = z.object({ serverPid: z.int() });

const readRunFile = (file: string) => runFileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

const dev = (...args: string[]) =>
  runScript('scripts/dev.ts', args, {
    FOLLOWTHROUGH_DEV_FOLDER: name,
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
    LOG_LEVEL: 'warn',
  });

async function start() {
  const script = dev('--json', '--port', '0');
  const ready = readySchema.parse(JSON.parse(await script.firstLine));
  const runFiles = [
    join(postgresFolder, 'server.json'),
    ...['temporal.db.json', 'api.json', 'worker.json'].map((file) => join(folder, file)),
  ];
  const pids = runFiles.map((file) => readRunFile(file).serverPid);
  return { script, ready, pids };
}

async function end(script: ScriptProcess, pids: number[], signal: NodeJS.Signals): Promise<string> {
  script.process.kill(signal);
  const how = await script.ended;
  await waitFor('every process to be gone', () => pids.every((pid) => commandOf(pid) === ''), 30_000);
  return how;
}

/** Nothing would be sent any more, and nobody would be told. */
async function workerComesBack(pids: number[]): Promise<void> {
  const before = pids.pop() ?? 0;
  process.kill(before, 'SIGKILL');
  const now = await waitFor('another worker', () => {
    const { serverPid } = readRunFile(join(folder, 'worker.json'));
    return serverPid !== before && serverPid;
  });
  pids.push(now);
}

afterAll(() => {
  for (const each of [postgresFolder, folder]) rmSync(each, { recursive: true, force: true });
});

test(
  'all that dev starts is gone after kill -9 and after SIGTERM, and the next start finds organization and key again',
  async () => {
    const first = await start();
    const answer = await fetch(`${first.ready.api}/v1/organization`, {
      headers: { 'x-api-key': first.ready.apiKey },
    });
    expect(await answer.json()).toMatchObject({ id: first.ready.organizationId });
    expect((await fetch(`${first.ready.api}/readyz`)).status).toBe(200);
    expect((await fetch(first.ready.temporalUi)).status).toBe(200);
    expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
    let told = '';
    first.script.process.stderr?.on('data', (chunk) => (told += String(chunk)));
    await workerComesBack(first.pids);
    expect(told).toContain('The worker ended (SIGKILL); starting it again.');
    await end(first.script, first.pids, 'SIGKILL');

    const second = await start();
    expect(second.ready).toMatchObject({
      apiKey: first.ready.apiKey,
      organizationId: first.ready.organizationId,
    });
    await expect(end(second.script, second.pids, 'SIGTERM')).resolves.toBe('0');
  },
  LIMIT_MS,
);

test('a port that is taken ends dev with one line that says how to go on', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const script = dev('--port', String(port));
  let errors = '';
  script.process.stderr?.on('data', (chunk) => (errors += String(chunk)));
  await expect(script.ended).resolves.toBe('1');
  expect(errors).toBe(`Port ${port} is taken. Choose another one: npm run dev -- --port ${port + 10}\n`);
  server.close();
});
