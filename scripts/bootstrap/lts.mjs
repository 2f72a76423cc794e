import { existsSync } from 'node:fs';
import process from 'node:process';
import { node, runQuietly, say } from './run.mjs';

const LTS = 24;
/** npm carries Node itself, but not for every platform. */
const CARRIED = ['linux-x64', 'linux-arm64', 'darwin-x64'];

/** Runs the unit tests on the current LTS as well. False only if they fail there: no binary is one line, no failure. */
export async function runLts() {
  if (Number.parseInt(process.versions.node, 10) >= LTS) {
    say(`ok   Node ${LTS}: this is Node ${process.versions.node} already`);
    return true;
  }
  const binary = await findBinary();
  if (binary === undefined) {
    say(`skip Node ${LTS}: npm has no binary of it for this machine, or is out of reach`);
    return true;
  }
  const startedAt = Date.now();
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'unit'];
  const { code, output } = await runQuietly(node(jest, binary));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  say(`${code === 0 ? 'ok  ' : 'FAIL'} unit tests on Node ${LTS} (${seconds} s)`);
  if (code !== 0) say(output.trim());
  return code === 0;
}

async function findBinary() {
  const platform = `${process.platform}-${process.arch}`;
  if (!CARRIED.includes(platform)) return undefined;
  const npm = process.env.npm_execpath;
  const print = [
    'exec',
    '--yes',
    `--package=node-${platform}@${LTS}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ];
  const [program, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...print]] : ['npm', print];
  const { code, stdout } = await runQuietly({ program, args });
  const path = stdout.trim();
  return code === 0 && path !== process.execPath && existsSync(path) ? path : undefined;
}
