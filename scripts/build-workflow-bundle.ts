import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './servers/folders';

/** Production starts from this file: no webpack, and no sources, at the start of a worker. */
async function build(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(repositoryRoot, 'src', 'workflows'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(repositoryRoot, 'dist', 'workflow-bundle.js'), code);
}

void build();
