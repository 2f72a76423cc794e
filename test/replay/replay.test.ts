import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietTemporal } from '../support/quiet-temporal';
import { testWorkflowBundle } from '../support/workflow-bundle';
import { LIVES } from './lives';

const folder = join(__dirname, 'histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);
const { History } = temporal.api.history.v1;
const read = (file: string) => History.fromObject(parse(readFileSync(join(folder, file), 'utf8')));

function parse(text: string): Record<string, unknown> {
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null) throw new Error('a history must be an object');
  return { ...json };
}

beforeAll(() => quietTemporal());

test('at least eight lives are kept, one for each that is captured', () => {
  expect(Object.keys(LIVES).length).toBeGreaterThanOrEqual(8);
  for (const name of [...Object.keys(LIVES), 'continued', 'continued-in-a-new-run'])
    expect(files).toContainEqual(expect.stringContaining(`${name}.json`));
});

test.each(files)('the present workflow replays %s', async (file) => {
  const workflowBundle = { codePath: await testWorkflowBundle() };
  await expect(Worker.runReplayHistory({ workflowBundle }, read(file))).resolves.toBeUndefined();
});

test('a workflow that acts otherwise does not replay', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'followthrough-replay-'));
  try {
    const code = readFileSync(await testWorkflowBundle(), 'utf8');
    const codePath = join(scratch, 'changed.js');
    const changed = code.replaceAll('sendNudge', 'sendSomethingElse');
    expect(changed).not.toBe(code);
    writeFileSync(codePath, changed);
    const file = files.find((name) => name.includes('ghosted')) ?? '';
    const replay = Worker.runReplayHistory({ workflowBundle: { codePath } }, read(file));
    await expect(replay).rejects.toThrow(/nondeterminism|non-determin/i);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
