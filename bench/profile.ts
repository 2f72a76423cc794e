// npx tsx bench/profile.ts [rate] [seconds]: what a nudge of ours costs, by function and by statement.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localFolder } from '../scripts/servers/folders';
import { buildApp } from './src/engines/app-build';
import type { Engine } from './src/engines/engine';
import { startFollowthrough } from './src/engines/followthrough';
import { readProfiles, type Cost } from './src/profile/cpu-profile';
import { threadCpu } from './src/profile/threads';
import { runWindow, type WindowResult } from './src/scenarios/window';
import {
  readStatements,
  resetStatements,
  startCountingPostgres,
  type Statement,
} from './src/servers/statement-statistics';
import { startSink } from './src/sink';

const say = (line: string) => process.stdout.write(`${line}\n`);
const SHOWN = 30;

async function main(rate: number, seconds: number): Promise<void> {
  const folder = join(localFolder(), 'bench', `profile-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const sink = await startSink();
  const build = await buildApp();
  const postgres = await startCountingPostgres();
  const settings = { build, sink, folder, profile: true, overrides: {}, postgres };
  const engine = await startFollowthrough({ store: 'postgres', ...settings });
  try {
    await resetStatements(postgres);
    const before = threadCpu(workerPid(engine));
    const result = await runWindow({ engine, sink }, { rate, leadMs: 10_000, windowMs: seconds * 1000 });
    const nudges = result.judgement.delivered;
    showRun(result, nudges);
    showThreads(before, threadCpu(workerPid(engine)), nudges);
    showStatements(await readStatements(postgres), nudges);
  } finally {
    await engine.stop();
    await sink.stop();
  }
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('profile-'))) {
    for (const { thread, busyMs, selfByPlace, totalByFunction } of readProfiles(join(folder, name))) {
      say(`\n${name} ${thread}: busy ${busyMs.toFixed(0)} ms`);
      show('own time', selfByPlace);
      show('with what it calls', totalByFunction);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}

function workerPid(engine: Engine): number {
  return engine.groups().find(({ name }) => name === 'worker')?.pids[0] ?? 0;
}

function showRun({ rate, together, nudgesOnly, feed }: WindowResult, nudges: number): void {
  say(`${nudges} starts and nudges at ${rate}/s; CPU ms each ${JSON.stringify(rounded(together.cpuMs))}`);
  say(`a nudge alone ${JSON.stringify(rounded(nudgesOnly.cpuMs))}`);
  say(`lateness ${JSON.stringify(together.lateness)}; create ms ${JSON.stringify(feed.acceptMs)}`);
  say(`others used ${Math.round(together.usage.foreignBusy * 100)} % of the cores`);
}

function showThreads(before: Map<string, number>, after: Map<string, number>, nudges: number): void {
  say('\nthreads of the worker, CPU ms per start and nudge');
  for (const [name, ms] of after) {
    const each = (ms - (before.get(name) ?? 0)) / nudges;
    if (each > 0.05) say(`  ${each.toFixed(2)}  ${name}`);
  }
}

function showStatements(statements: Statement[], nudges: number): void {
  say('\nstatements per start and nudge: calls, ms, bytes of log');
  for (const database of new Set(statements.map((one) => one.database))) {
    const own = statements.filter((one) => one.database === database);
    const each = (part: 'calls' | 'totalMs' | 'walBytes') =>
      own.reduce((sum, one) => sum + one[part], 0) / nudges;
    say(
      `  ${database}: ${each('calls').toFixed(1)}, ${each('totalMs').toFixed(2)}, ${each('walBytes').toFixed(0)}`,
    );
    for (const { calls, totalMs, walBytes, query } of own.slice(0, SHOWN)) {
      const figures = [
        (calls / nudges).toFixed(2),
        (totalMs / nudges).toFixed(3),
        (walBytes / nudges).toFixed(0),
      ];
      say(`    ${figures.join(', ')}  ${query.replace(/\s+/g, ' ').slice(0, 150)}`);
    }
  }
}

function show(title: string, costs: Cost[]): void {
  say(`  ${title}`);
  for (const { where, ms } of costs.slice(0, SHOWN)) say(`    ${ms.toFixed(0).padStart(7)} ms  ${where}`);
}

function rounded(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  );
}

const [rate = '25', seconds = '30'] = process.argv.slice(2);
main(Number(rate), Number(seconds)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
