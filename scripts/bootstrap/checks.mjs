import { availableParallelism } from 'node:os';
import { node, runQuietly, say } from './run.mjs';

const bin = (path, ...args) => node([`node_modules/${path}`, ...args]);

const prettierCache = [
  '--cache',
  '--cache-strategy=content',
  '--cache-location=.followthrough/prettier-cache',
];

const typesAndLint = { name: 'types and lint', command: node(['scripts/bootstrap/types-and-lint.mjs']) };
const others = [
  {
    name: 'format',
    command: bin('prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...prettierCache, '.'),
  },
  {
    name: 'imports',
    command: bin('dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'scripts', '--config'),
  },
  { name: 'unused code', command: bin('knip/bin/knip.js') },
];

/** The unit tests as one check among the others; on two cores they take one. */
export function unitTests(args) {
  const workers = `--maxWorkers=${Math.max(1, Math.min(2, availableParallelism() - 1))}`;
  // The option takes every word after it.
  return {
    name: 'unit tests',
    command: bin('jest/bin/jest.js', workers, ...args, '--selectProjects', 'unit'),
  };
}

/** Runs every check and `more`, says how each went, and shows what the failed ones printed. True when all passed. */
export async function runChecks(more = []) {
  // The longest first: on two cores one lane is types and lint, the other one everything else.
  const waiting = [typesAndLint, ...more, ...others];
  const failed = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = Date.now();
      const { code, output } = await runQuietly(check.command);
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      say(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`);
      if (code !== 0) failed.push({ ...check, output });
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism() - 1) }, work));
  for (const { name, output } of failed) say(`\n--- ${name} ---\n${output.trim()}`);
  return failed.length === 0;
}
