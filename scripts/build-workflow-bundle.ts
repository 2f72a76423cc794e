import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from './bundle-workflows';
import { repositoryRoot } from './servers/folders';

/** Production starts from this file: no webpack, and no sources, at the start of a worker. */
async function build(): Promise<void> {
  writeFileSync(join(repositoryRoot, 'dist', 'workflow-bundle.js'), await bundleWorkflows());
}

void build();
