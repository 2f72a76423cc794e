import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { localFolder, serverFolder } from '../../scripts/servers/folders';
import { commandOf } from '../../scripts/servers/process-facts';
import { endOrphan } from '../../scripts/servers/run-file';
import { findRunUser } from '../../scripts/servers/run-user';
import { runScript, type ScriptProcess } from '../support/script-process';
import { waitFor } from '../support/wait-for';

const name = `test-shutdown-${process.pid}`;
const postgresFolder = serverFolder(name, findRunUser());
const temporalFolder = join(localFolder(), name);
const dbFile = join(temporalFolder, 'temporal.db');
const pidsSchema = z.object({ pids: z.array(z.int()).length(2) });
/** Everything that was started, so that a test that fails leaves nothing behind either. */
const startedPids: number[] = [];
const runFileSchema = z.object({ guardPid: z.int(), serverPid: z.int() });

async function serve(...extra: string[]): Promise<{ script: ScriptProcess; pids: number[] }> {
  const script = runScript('test/support/serving-script.ts', [name, dbFile, ...extra]);
  const { pids } = pidsSchema.parse(JSON.parse(await script.firstLine));
  startedPids.push(...pids);
  return { script, pids };
}

async function expectGone(pids: number[]): Promise<void> {
  await waitFor('the servers to be gone', () => pids.every((pid) => commandOf(pid) === ''), 30_000);
}

// Ten starts of Temporal, on a machine that may be busy.
jest.setTimeout(90_000);

describe('servers of a script that ends', () => {
  afterEach(async () => {
    for (const pid of startedPids.splice(0)) await endOrphan(pid, name);
  });

  afterAll(() => {
    for (const folder of [postgresFolder, temporalFolder]) rmSync(folder, { recursive: true, force: true });
  });

  test.each(['SIGKILL', 'SIGINT'] as const)('are gone after %s, and start again', async (signal) => {
    const { script, pids } = await serve();
    expect(pids.every((pid) => commandOf(pid) !== '')).toBe(true);
    script.process.kill(signal);
    await script.ended;
    await expectGone(pids);
  });

  test('are gone after an exception that nobody caught', async () => {
    const { script, pids } = await serve('throw');
    await expect(script.ended).resolves.toBe('1');
    await expectGone(pids);
  });

  test('are ended by the next start when their guards were killed too', async () => {
    const { script, pids } = await serve();
    const guards = [join(postgresFolder, 'server.json'), `${dbFile}.json`].map((file) =>
      runFileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))),
    );
    expect(guards.map((guard) => guard.serverPid)).toEqual(pids);
    for (const { guardPid } of guards) process.kill(guardPid, 'SIGKILL');
    script.process.kill('SIGKILL');
    await script.ended;
    expect(pids.every((pid) => commandOf(pid) !== '')).toBe(true);

    const next = await serve();
    await expectGone(pids);
    next.script.process.kill('SIGKILL');
    await expectGone(next.pids);
  });

  test('are left alone by a second start in the same folder, which is refused', async () => {
    const { script, pids } = await serve();
    await expect(serve()).rejects.toThrow(`process ${script.process.pid} runs this server already`);
    expect(pids.every((pid) => commandOf(pid) !== '')).toBe(true);
    script.process.kill('SIGKILL');
    await expectGone(pids);
  });
});
