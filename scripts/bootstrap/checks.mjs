import { availableParallelism } from 'node:os';
import { node, runQuietly, say } from './run.mjs';

const bin = (path, ...args) => node([`node_modules/${path}`, ...args]);

const prettierCache = [
  '--cache',
  '--cache-strategy=content',
  '--cache-location=.followthrough/prettier-cache',
];
const buildInfo = '.followthrough/types.tsbuildinfo';

// The longest first: they run side by side.
const checks = [
  { name: 'lint', command: bin('eslint/bin/eslint.js', '.', '--max-warnings=0') },
  {
    name: 'types',
    command: bin('typescript/bin/tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', buildInfo),
  },
  {
    name: 'imports',
    command: bin('dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'scripts', '--config'),
  },
  { name: 'unused code', command: bin('knip/bin/knip.js') },
  {
    name: 'format',
    command: bin('prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...prettierCache, '.'),
  },
];

/** Runs every check, says how each went, and shows what the failed ones printed. True when all passed. */
export async function runChecks() {
  const waiting = [...checks];
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
