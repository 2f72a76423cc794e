import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endOrphan, releaseRunFile } from './run-file';
import type { PostgresBinaries } from './postgres-binaries';
import type { RunUser } from './run-user';

const run = promisify(execFile);

/** Where one PostgreSQL keeps its things: data (owned by the user that runs it), password, log, run file. */
export interface Cluster {
  folder: string;
  dataDir: string;
  runFile: string;
  logFile: string;
  /** Of both the superuser and the owner of our databases. Random, so that loopback is no open door. */
  password: string;
}

export const SUPERUSER = 'postgres';

/** Only what the programs need: PGDATA and its kin in our own environment would mislead them. */
export const postgresEnv = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };

/** Frees the folder of whatever an earlier run left, and makes the data folder when there is none. */
export async function prepareCluster(
  folder: string,
  binaries: PostgresBinaries,
  user: RunUser | undefined,
  durable: boolean,
): Promise<Cluster> {
  const dataDir = join(folder, 'data');
  const runFile = join(folder, 'server.json');
  await releaseRunFile(runFile, dataDir);
  await releaseDataDir(dataDir);
  const passwordFile = join(folder, 'password');
  if (!existsSync(join(folder, 'complete'))) {
    // A start that died half-way through initdb left neither data nor password that could be trusted.
    rmSync(dataDir, { recursive: true, force: true });
    writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 });
    await initialise(dataDir, passwordFile, binaries, user, durable);
    writeFileSync(join(folder, 'complete'), '');
  }
  const password = readFileSync(passwordFile, 'utf8');
  return { folder, dataDir, runFile, logFile: join(folder, 'server.log'), password };
}

/** A postmaster that outlived its guard, or the pid file of one that died with the machine. */
async function releaseDataDir(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (pid > 0) await endOrphan(pid, dataDir);
  rmSync(pidFile, { force: true });
}

async function initialise(
  dataDir: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  user: RunUser | undefined,
  durable: boolean,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (user !== undefined) {
    chownSync(dataDir, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const collation = [
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  const access = ['--auth-host=scram-sha-256', '--auth-local=reject', `--username=${SUPERUSER}`];
  const files = [`--pgdata=${dataDir}`, `--pwfile=${passwordFile}`];
  const speed = ['--no-instructions', ...(durable ? [] : ['--no-sync'])];
  await run(binaries.initdb, [...files, ...access, ...collation, ...speed], {
    ...user,
    cwd: '/',
    env: postgresEnv,
  });
}
