import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from '../../scripts/bundle-workflows';

const root = join(__dirname, '..', '..');
const SOURCES = ['workflows', 'contracts', 'domain'].map((folder) => join(root, 'src', folder));

/** The workflow bundle, built once for all test files of the same sources: a bundle costs two seconds. */
export async function testWorkflowBundle(): Promise<string> {
  const folder = join(root, '.followthrough', 'test-bundles');
  const codePath = join(folder, `${sourcesHash()}.js`);
  if (existsSync(codePath)) return codePath;
  const code = await bundleWorkflows();
  mkdirSync(folder, { recursive: true });
  const unfinished = `${codePath}.${process.pid}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, codePath);
  return codePath;
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 24);
}
