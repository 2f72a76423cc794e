// What `npm run demo`, `npm test` and their kin start: it needs Node alone, so that a fresh clone is one command away.
// Usage: node scripts/bootstrap.mjs <task> [arguments…]
import { existsSync } from 'node:fs';
import process from 'node:process';
import { runChecks, unitTests } from './bootstrap/checks.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { runLts } from './bootstrap/lts.mjs';
import { node, root, runThrough, say, script } from './bootstrap/run.mjs';

const MIN_NODE = [20, 19];
const jest = ['node_modules/jest/bin/jest.js'];

const tasks = {
  demo: (args) => runThrough(script('scripts/demo/main.ts', args)),
  dev: (args) => runThrough(script('scripts/dev.ts', args)),
  proof: (args) => runThrough(script('proof/run.ts', args)),
  bench: async (args) => {
    if (existsSync(`${root}/bench/package.json`)) await ensureInstalled('bench');
    return runThrough(script('bench/run.ts', args));
  },
  admin: (args) => runThrough(script('scripts/admin.ts', args)),
  // The option takes every word after it.
  unit: (args) => runThrough(node([...jest, ...args, '--selectProjects', 'unit'])),
  lts: async () => ((await runLts()) ? 0 : 1),
  verify: async (args) => ((await runChecks([unitTests(args)])) ? 0 : 1),
  // Jest comes last, so that its summary is the last thing said.
  test: async (args) => {
    if (!(await runChecks())) return 1;
    if (!(await runLts())) return 1;
    return runThrough(node([...jest, ...args]));
  },
};

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  throw new Error(
    `Followthrough needs Node ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`,
  );
}

async function main([name, ...args]) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined)
    throw new Error(`Usage: node scripts/bootstrap.mjs <${Object.keys(tasks).join(' | ')}>`);
  requireNode();
  // An image has compiled code and no development tools: nothing to install there.
  const production =
    name === 'admin' &&
    existsSync(`${root}/dist/scripts/admin.js`) &&
    !existsSync(`${root}/node_modules/tsx`);
  if (production) return runThrough(node(['dist/scripts/admin.js', ...args]));
  await ensureInstalled('.');
  return task(args);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    say(error.message);
    process.exitCode = 1;
  },
);
