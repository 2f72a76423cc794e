import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundleWorkflows } from '../../scripts/bundle-workflows';
import { repositoryRoot } from '../../scripts/servers/folders';
import type { AppBuild } from '../stack/app-build';

export const PATCH_ID = 'proof-of-an-upgrade';

/** One place of the workflow's source, which must be there exactly once, and what stands there instead. */
interface Edit {
  anchor: string;
  replacement: string;
}

export type ChangedBuild = Pick<AppBuild, 'worker' | 'bundle'>;

const WORKFLOW = join('src', 'workflows', 'conversation', 'workflow.ts');
const BUNDLED = ['workflows', 'contracts', 'domain'].map((folder) => join('src', folder));
const IMPORTS: Edit = { anchor: `  condition,\n`, replacement: `  condition,\n  patched,\n  sleep,\n` };
const BEFORE_THE_ACT = `    const after = await act(next.kind, {\n`;
const PAUSE = `await sleep('20 milliseconds', { summary: 'changed' });`;

/** Waits once more before every act: another timer in every history. */
const CHANGES = {
  marked: `    if (patched('${PATCH_ID}')) ${PAUSE}\n`,
  unmarked: `    ${PAUSE}\n`,
} as const;

/** The product with a changed workflow, as the next release might have it. */
export async function changedBuild(build: AppBuild, change: keyof typeof CHANGES): Promise<ChangedBuild> {
  const source = editSource(readFileSync(join(repositoryRoot, WORKFLOW), 'utf8'), [
    IMPORTS,
    { anchor: BEFORE_THE_ACT, replacement: CHANGES[change] + BEFORE_THE_ACT },
  ]);
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const target = `${build.folder}-${change}-${hash}`;
  if (!existsSync(target)) await makeBuild(build, source, target);
  const inTarget = (file: string) => join(target, relative(build.folder, file));
  return { worker: inTarget(build.worker), bundle: inTarget(build.bundle) };
}

/** Throws when an anchor is gone: a proof that changes nothing proves nothing. */
export function editSource(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { anchor, replacement }) => {
    const parts = text.split(anchor);
    if (parts.length !== 2) {
      throw new Error(`the workflow has ${parts.length - 1} places like this, not 1:\n${anchor}`);
    }
    return parts.join(replacement);
  }, source);
}

/** Renamed into place: two runs at once do not see each other's half. */
async function makeBuild(build: AppBuild, source: string, target: string): Promise<void> {
  const draft = `${target}.${process.pid}`;
  const sources = `${draft}-sources`;
  for (const folder of BUNDLED)
    cpSync(join(repositoryRoot, folder), join(sources, folder), { recursive: true });
  writeFileSync(join(sources, WORKFLOW), source);
  const code = await bundleWorkflows(sources);
  mkdirSync(draft);
  cpSync(build.folder, draft, { recursive: true });
  writeFileSync(join(draft, relative(build.folder, build.bundle)), code);
  rmSync(sources, { recursive: true });
  if (!existsSync(target)) renameSync(draft, target);
}
