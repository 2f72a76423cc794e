import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const KEPT = 5;
/** `proof-<pid>-<random>`: the logs of a run; `build-<hash>`: compiled sources. */
const OF_A_RUN = /^proof-(\d+)-[0-9a-f]+$/;
const OF_A_BUILD = /^build-[0-9a-z-]+$/;

/** Removes what older runs left behind in `folder`, but for the newest five of each kind and what a living run uses. */
export function pruneRunFolders(folder: string): void {
  if (!existsSync(folder)) return;
  const newestFirst = readdirSync(folder)
    .map((name) => ({ name, at: changedAt(join(folder, name)) }))
    .sort((one, other) => other.at - one.at)
    .map(({ name }) => name);
  const runs = newestFirst.filter((name) => OF_A_RUN.test(name) && !isAlive(pidOf(name)));
  const builds = newestFirst.filter((name) => OF_A_BUILD.test(name));
  for (const name of [...runs.slice(KEPT), ...builds.slice(KEPT)]) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** 0 when another run removed it meanwhile. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const pidOf = (name: string) => Number(OF_A_RUN.exec(name)?.[1]);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
