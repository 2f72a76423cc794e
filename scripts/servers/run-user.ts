import { execFileSync, spawnSync } from 'node:child_process';

/** Who a server runs as; the field names are those of child_process. */
export interface RunUser {
  uid: number;
  gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/** PostgreSQL refuses to run as root: another user then, undefined when we are an ordinary one ourselves. */
export function findRunUser(): RunUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = lookUp(name);
    if (user !== undefined) return user;
  }
  throw new Error(
    'PostgreSQL does not run as root and this system has neither a user "postgres" nor "nobody".',
  );
}

function lookUp(name: string): RunUser | undefined {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether `user` can run this program where it lies: a clone below a folder of mode 0700 says no. */
export function canRun(user: RunUser | undefined, program: string): boolean {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether `user` can reach this folder. Asked by trying, which knows more than mode bits do (ACLs, mounts). */
export function canEnter(user: RunUser | undefined, folder: string): boolean {
  const attempt = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    ...user,
    cwd: '/',
    stdio: 'ignore',
  });
  return attempt.status === 0;
}
