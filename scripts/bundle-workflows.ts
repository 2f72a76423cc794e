import { bundleWorkflowCode, DefaultLogger, type BundleOptions } from '@temporalio/worker';
import { join } from 'node:path';
import { repositoryRoot } from './servers/folders';

/** The code of the workflows' bundle, as production runs it; of another copy of the sources, if one is given. */
export async function bundleWorkflows(
  sources = repositoryRoot,
  more: Pick<BundleOptions, 'webpackConfigHook'> = {},
): Promise<string> {
  const workflowsPath = join(sources, 'src', 'workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    preloadModules: [join(workflowsPath, 'preload.ts')],
    logger: new DefaultLogger('WARN'),
    ...more,
  });
  return code;
}
