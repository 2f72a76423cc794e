import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleWorkflows } from '../../../scripts/bundle-workflows';
import { localFolder, repositoryRoot } from '../../../scripts/servers/folders';
import { say } from '../say';

export interface AppBuild {
  api: string;
  worker: string;
}

const tsc = require.resolve('typescript/bin/tsc');

/** Compiles API and worker as `npm run build` does, but into a folder of the bench: what runs here is what ships. */
export async function buildApp(): Promise<AppBuild> {
  const target = join(localFolder(), 'bench', 'build');
  rmSync(target, { recursive: true, force: true });
  compile(join(repositoryRoot, 'tsconfig.build.json'), target);
  writeFileSync(join(target, 'workflow-bundle.js'), await bundleWorkflows());
  return { api: join(target, 'src', 'api', 'server.js'), worker: join(target, 'src', 'worker.js') };
}

/** Compiles the peers to where they find bench/node_modules. Answers the file of a peer by its name. */
export function buildPeers(): (name: string) => string {
  const bench = join(repositoryRoot, 'bench');
  const target = join(bench, 'node_modules', '.cache', 'followthrough-bench');
  compile(join(bench, 'tsconfig.json'), target);
  return (name) => join(target, `${name}.js`);
}

/** Answers the file of the bare workflow's bundle. */
export async function bundleBareWorkflow(): Promise<string> {
  const file = join(localFolder(), 'bench', 'bare-workflow.js');
  const workflowsPath = join(repositoryRoot, 'bench', 'peers', 'bare-workflow.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  return file;
}

function compile(project: string, outDir: string): void {
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, '-p', project, '--noEmit', 'false', '--outDir', outDir],
    {
      encoding: 'utf8',
      cwd: repositoryRoot,
    },
  );
  // It emits in spite of type errors; `npm run verify` is where those fail.
  if (status !== 0) say(`The sources have type errors, measured all the same:\n${stdout.slice(0, 1_000)}`);
}
