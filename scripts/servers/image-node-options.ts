import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './folders';

/** The NODE_OPTIONS of the image (its heap limit): what is proven and measured here runs as it does there. */
export function imageNodeOptions(target: 'api' | 'worker'): string {
  const dockerfile = readFileSync(join(repositoryRoot, 'deploy', 'Dockerfile'), 'utf8');
  const stage = new RegExp(`^FROM runtime AS ${target}\\nENV NODE_OPTIONS=(\\S+)$`, 'm').exec(dockerfile);
  if (stage?.[1] === undefined) throw new Error(`deploy/Dockerfile sets no NODE_OPTIONS for ${target}`);
  return stage[1];
}
