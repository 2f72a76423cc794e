import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createTenant, type Tenant } from '../../scripts/embedded/create-tenant';
import { freePort } from '../../scripts/servers/free-port';
import { startApi, type RunningApi } from '../../src/api/server';
import { loadConfig } from '../../src/config';
import { createLogger } from '../../src/platform/logger';
import { startWorker, type RunningWorker } from '../../src/worker';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { testEnvironment } from '../support/environment';
import { codeBlocks, readMarkdown, sectionOf } from './markdown';

/** The README's tour, as it is printed, against what `npm run dev` starts. */
const blocks = codeBlocks(sectionOf(readMarkdown('README.md'), 'A five-minute tour')).filter(
  ({ language }) => language !== '',
);
const VARIABLES = /^export API=\S+ KEY=\S+ PHONE=\d+$/m;

let testDatabase: TestDatabase;
let api: RunningApi;
let worker: RunningWorker;
let tenant: Tenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const config = loadConfig({
    DATABASE_URL: testDatabase.url,
    TEMPORAL_ADDRESS: testEnvironment('TEST_TEMPORAL_ADDRESS'),
    TASK_QUEUE: `tour-${randomBytes(6).toString('hex')}`,
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_PORT: '0',
    PUBLIC_URL: 'http://api.example',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    TIME_MACHINE: 'true',
    SHUTDOWN_GRACE_SECONDS: '2',
  });
  const logger = createLogger('silent');
  worker = await startWorker(config, logger);
  api = await startApi(config, logger);
  tenant = await createTenant(testDatabase.url, { name: 'Tour' });
}, 60_000);

afterAll(async () => {
  await api.close();
  await worker.close();
  await testDatabase.drop();
});

/** Each block of commands, and what the README prints below it (nothing, if it prints nothing). */
function scenes(): { commands: string; printed: string }[] {
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'bash') return [];
    const next = blocks[index + 1];
    return [{ commands: text, printed: next?.language === 'text' ? next.text : '' }];
  });
}

const MARK = '@@@ next scene';
const withoutInstants = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>').trim();

/** Runs the lines in one bash, as a reader would type them into one terminal. Answers what each scene printed. */
async function runInBash(script: string): Promise<string[]> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  try {
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`the tour ended with ${String(code)}: ${errors}\n${output}`);
    return output.split(`${MARK}\n`).map(withoutInstants);
  } finally {
    endGroup(child);
  }
}

/** The tour's own last line ends its phone; after a failure nobody would. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All gone already.
  }
}

test('the tour names its three variables once', () => {
  expect(scenes().filter(({ commands }) => VARIABLES.test(commands))).toHaveLength(1);
  expect(scenes().length).toBeGreaterThan(7);
});

test('the tour works as printed, and prints what the README says', async () => {
  const variables = `export API=${api.url} KEY=${tenant.apiKey} PHONE=${await freePort()}`;
  const script = scenes()
    .map(({ commands }) => commands.replace(VARIABLES, variables))
    .join(`echo '${MARK}'\n`);
  expect(await runInBash(script)).toEqual(scenes().map(({ printed }) => withoutInstants(printed)));
}, 60_000);
