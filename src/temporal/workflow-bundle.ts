import type { WorkerOptions } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Built by `npm run build` beside the compiled worker; development bundles the sources at start. */
const PREBUILT = join(__dirname, '..', '..', 'workflow-bundle.js');

export type WorkflowSource = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'>;

/** The prebuilt bundle where there is one, else the workflows' folder. */
export function workflowSource(): WorkflowSource {
  if (existsSync(PREBUILT)) return { workflowBundle: { codePath: PREBUILT } };
  return {
    workflowsPath: require.resolve('../workflows'),
    bundlerOptions: { preloadModules: [require.resolve('../workflows/preload')] },
  };
}
