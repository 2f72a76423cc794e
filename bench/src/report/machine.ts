import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { repositoryRoot } from '../../../scripts/servers/folders';

/** What a reader needs to know of the machine; no names. */
export interface MachineFacts {
  date: string;
  commit: string;
  cores: number;
  processor: string;
  memoryGb: number;
  system: string;
  node: string;
}

export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' }).trim();
  try {
    const changed =
      git('status', '--porcelain', '--', 'src', 'package-lock.json') === '' ? '' : ' with changes';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return 'unknown';
  }
}
