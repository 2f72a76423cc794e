import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { serverFolder } from './folders';
import { commandOf } from './process-facts';
import { releaseRunFile } from './run-file';
import type { RunUser } from './run-user';

/**
 * A folder for this run alone. Removes those of earlier runs whose guard was killed too, or died with the machine: the
 * name tells whose they were.
 */
export async function ephemeralFolder(name: string, user: RunUser | undefined): Promise<string> {
  const folder = serverFolder(`${name}-${process.pid}-${randomBytes(3).toString('hex')}`, user);
  const owned = new RegExp(`^${basename(folder).replace(/\d+-[0-9a-f]{6}$/, '')}(\\d+)-[0-9a-f]{6}$`);
  for (const entry of readdirSync(dirname(folder))) {
    const ownerPid = Number(owned.exec(entry)?.[1] ?? process.pid);
    if (commandOf(ownerPid) !== '') continue;
    const leftover = join(dirname(folder), entry);
    await releaseRunFile(join(leftover, 'server.json'), join(leftover, 'data'));
    rmSync(leftover, { recursive: true, force: true });
  }
  return folder;
}
