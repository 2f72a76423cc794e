import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverFolder } from '../../scripts/servers/folders';
import { startPostgres } from '../../scripts/servers/postgres';
import { findRunUser } from '../../scripts/servers/run-user';

/** Above what any system gives out. */
const DEAD_PID = 2 ** 30;
const name = `test-leftovers-${process.pid}`;

afterAll(() => rmSync(serverFolder(name, findRunUser()), { recursive: true, force: true }));

test('an ephemeral PostgreSQL removes what a killed run left, not what a living one uses, and itself at the end', async () => {
  const left = serverFolder(`${name}-${DEAD_PID}-0a1b2c`, findRunUser());
  mkdirSync(join(left, 'data'));
  writeFileSync(
    join(left, 'server.json'),
    JSON.stringify({ ownerPid: DEAD_PID, guardPid: DEAD_PID, serverPid: DEAD_PID }),
  );
  const living = await startPostgres({ name, durable: false, ephemeral: true });
  expect(existsSync(left)).toBe(false);

  const next = await startPostgres({ name, durable: false, ephemeral: true });
  await next.stop();
  expect(() => process.kill(living.pid, 0)).not.toThrow();
  await living.stop();
  expect(() => process.kill(living.pid, 0)).toThrow('ESRCH');
});

test('a data folder that names a dead server starts again', async () => {
  const folder = serverFolder(name, findRunUser());
  const first = await startPostgres({ name, durable: true });
  await first.stop();
  // The pid of a living process that is no PostgreSQL of ours: this one.
  writeFileSync(join(folder, 'data', 'postmaster.pid'), `${process.pid}\n${join(folder, 'data')}\n`);
  const again = await startPostgres({ name, durable: true });
  expect(again.url()).toContain(`:${again.port}/`);
  await again.stop();
});
