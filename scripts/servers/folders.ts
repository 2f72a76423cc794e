import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { canEnter, type RunUser } from './run-user';

export const repositoryRoot = resolve(__dirname, '..', '..');

/** What the servers of this clone keep between runs. */
export function localFolder(): string {
  return join(repositoryRoot, '.followthrough');
}

/**
 * A folder for a server's files: `.followthrough/<name>`, or, when the user that runs the server cannot get there
 * (root's clone below a folder of mode 0700), one of this clone's in the system's folder for temporary files.
 */
export function serverFolder(name: string, user: RunUser | undefined): string {
  const clone = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 12);
  const local = join(localFolder(), name);
  mkdirSync(local, { recursive: true });
  if (canEnter(user, local)) return local;
  if (readdirSync(local).length === 0) rmdirSync(local);
  return sharedFolder(`${clone}-${name}`, user);
}

/** A folder of ours outside the clone which `user` can reach. Throws when no temporary folder will do. */
export function sharedFolder(name: string, user: RunUser | undefined): string {
  // /var/tmp first: it survives a restart of the machine.
  for (const parent of ['/var/tmp', tmpdir(), '/tmp']) {
    const root = join(parent, `followthrough-${process.getuid?.() ?? 'user'}`);
    if (!makeOwnFolder(root)) continue;
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    if (canEnter(user, folder)) return folder;
  }
  throw new Error('No folder for temporary files is reachable by the user that runs PostgreSQL.');
}

/** Everybody may write to /var/tmp: a folder of that name which is not ours is not trusted. */
function makeOwnFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    const facts = lstatSync(folder);
    if (!facts.isDirectory() || facts.uid !== process.getuid?.()) return false;
    chmodSync(folder, 0o755);
    return true;
  } catch {
    return false;
  }
}
