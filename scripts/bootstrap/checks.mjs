import { availableParallelism } from 'node:os';
import { node, runQuietly, say } from './run.mjs';

const bin = (path, ...args) => node([`node_modules/${path}`, ...args]);
/** Takes what the others leave of the processor. */
const nicely = (command) => ({ ...command, isNice: true });

const prettierCache = [
  '--cache',
  '--cache-strategy=content',
  '--cache-location=.followthrough/prettier-cache',
];

const typesAndLint = { name: 'types and lint', command: node(['scripts/bootstrap/types-and-lint.mjs']) };
const others = [
  {
    name: 'format',
    command: nicely(bin('prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...prettierCache, '.')),
  },
  {
    name: 'imports',
    command: nicely(bin('dependency-cruiser/bin/dependency-cruise.mjs', 'src', 'scripts', '--config')),
  },
  { name: 'unused code', command: nicely(bin('knip/bin/knip.js')) },
];

/** The unit tests as one check among the others; on two cores they take one. Not nicely: they have limits of time. */
export function unitTests(args) {
  const workers = `--maxWorkers=${Math.max(1, Math.min(2, availableParallelism() - 1))}`;
  // The option takes every word after it.
  return {
    name: 'unit tests',
    command: bin('jest/bin/jest.js', workers, ...args, '--selectProjects', 'unit'),
    // What the runner itself says of the tests is the last thing said.
    shown: true,
  };
}

/** Runs every check and `more`, says how each went, then shows what failed or asked to be shown. True when all passed. */
export async function runChecks(more = []) {
  // The longest first. On two cores it has one, the unit tests the other, and the rest what these leave idle.
  const waiting = [typesAndLint, ...more, ...others];
  const ended = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const startedAt = Date.now();
      const { code, output } = await runQuietly(check.command);
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      say(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds} s)`);
      ended.push({ ...check, output, failed: code !== 0 });
    }
  };
  await Promise.all(Array.from({ length: Math.max(3, availableParallelism() - 1) }, work));
  const toShow = ended.filter(({ failed, shown }) => failed || shown);
  const lastShown = toShow.sort((one, other) => Number(one.shown ?? false) - Number(other.shown ?? false));
  for (const { name, output } of lastShown) say(`\n--- ${name} ---\n${output.trim()}`);
  return ended.every(({ failed }) => !failed);
}
