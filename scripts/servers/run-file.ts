import { readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { commandOf, holdsWithin, signalProcess } from './process-facts';

const runFileSchema = z.object({ ownerPid: z.int(), guardPid: z.int(), serverPid: z.int().optional() });
type RunFile = z.infer<typeof runFileSchema>;

const GUARD_GRACE_MS = 20_000;
const ORPHAN_GRACE_MS = 10_000;

/**
 * Makes sure that no server of an earlier run still lives behind `runFile`: waits while its guard ends it, ends an
 * orphan whose guard was killed too, removes what is stale. `marker` is text of the server's command line (pids are
 * reused). Throws when a living process still owns the server.
 */
export async function releaseRunFile(runFile: string, marker: string): Promise<void> {
  const run = readRunFile(runFile);
  if (run !== undefined) {
    const guardLives = () => commandOf(run.guardPid).includes(runFile);
    if (guardLives() && !(await holdsWithin(GUARD_GRACE_MS, () => !guardLives() || ownerLives(run)))) {
      signalProcess(run.guardPid, 'SIGKILL');
    }
    if (guardLives() && ownerLives(run)) throw inUse(runFile, run.ownerPid);
    if (run.serverPid !== undefined) await endOrphan(run.serverPid, marker);
  }
  rmSync(runFile, { force: true });
}

/** Ends the process `pid` if it is the server that `marker` names: politely first, then not. */
export async function endOrphan(pid: number, marker: string): Promise<void> {
  const lives = () => commandOf(pid).includes(marker);
  if (!lives()) return;
  signalProcess(pid, 'SIGINT');
  if (await holdsWithin(ORPHAN_GRACE_MS, () => !lives())) return;
  signalProcess(pid, 'SIGKILL');
  await holdsWithin(ORPHAN_GRACE_MS, () => !lives());
}

export function inUse(runFile: string, ownerPid?: number): Error {
  const owner = ownerPid === undefined ? 'another process' : `process ${ownerPid}`;
  return new Error(`${runFile} says that ${owner} runs this server already. Stop that one first.`);
}

function ownerLives(run: RunFile): boolean {
  return commandOf(run.ownerPid) !== '';
}

function readRunFile(runFile: string): RunFile | undefined {
  try {
    return runFileSchema.safeParse(JSON.parse(readFileSync(runFile, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
