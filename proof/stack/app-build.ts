import { transformFile } from '@swc/core';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { localFolder, repositoryRoot } from '../../scripts/servers/folders';
import { testWorkflowBundle } from '../../test/support/workflow-bundle';

/** Files that Node runs without any loader: a worker that was killed is back within a second or two. */
export interface AppBuild {
  folder: string;
  api: string;
  worker: string;
  /** Of the workflows; the worker takes it from there. */
  bundle: string;
  judge: string;
}

const BUNDLE = 'workflow-bundle.js';
const JUDGE_FILES = /^(recording-.*|precise-now)\.ts$/;

/** Compiles API, worker and judge, once for the same sources. The types are `npm run verify`'s affair. */
export async function buildApp(): Promise<AppBuild> {
  const files = sources();
  const target = join(localFolder(), 'proof', `build-${hashOf(files)}`);
  if (!existsSync(target)) await compile(files, target);
  // Old builds are pruned by this.
  utimesSync(target, new Date(), new Date());
  return {
    folder: target,
    api: join(target, 'src', 'api', 'server.js'),
    worker: join(target, 'src', 'worker.js'),
    bundle: join(target, BUNDLE),
    judge: join(target, 'test', 'support', 'recording-provider.js'),
  };
}

function sources(): string[] {
  const app = readdirSync(join(repositoryRoot, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', file));
  const judge = readdirSync(join(repositoryRoot, 'test', 'support'))
    .filter((file) => JUDGE_FILES.test(file))
    .map((file) => join('test', 'support', file));
  return [...app, ...judge].sort();
}

function hashOf(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(repositoryRoot, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Renamed into place: two runs at once do not see each other's half. */
async function compile(files: string[], target: string): Promise<void> {
  const draft = `${target}.${process.pid}`;
  for (const file of files) {
    const { code } = await transformFile(join(repositoryRoot, file), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs', ignoreDynamic: true },
    });
    const compiled = join(draft, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, code);
  }
  copyFileSync(await testWorkflowBundle(), join(draft, BUNDLE));
  if (!existsSync(target)) renameSync(draft, target);
}
