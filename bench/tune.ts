// npx tsx bench/tune.ts [rate] [names]: what each server setting does to bare Temporal's CPU and lateness, in turn.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { localFolder } from '../scripts/servers/folders';
import { buildPeers, bundleBareWorkflow } from './src/engines/app-build';
import { startBareTemporal } from './src/engines/peers';
import { runWindow } from './src/scenarios/window';
import { TUNINGS } from './src/servers/temporal-tuning';
import { startSink } from './src/sink';

const WINDOW = { leadMs: 10_000, windowMs: 30_000 };
const MOST_RATE = 100;

async function main(rate: number, names: string[]): Promise<void> {
  if (!(rate > 0 && rate <= MOST_RATE)) throw new Error(`the rate must be from 1 to ${MOST_RATE}`);
  const sink = await startSink();
  const fileOf = buildPeers();
  const bundle = await bundleBareWorkflow();
  const chosen = Object.entries(TUNINGS).filter(([name]) => names.length === 0 || names.includes(name));
  try {
    for (const [name, tuning] of chosen) {
      const folder = join(localFolder(), 'bench', `run-${process.pid}`, name);
      mkdirSync(folder, { recursive: true });
      const engine = await startBareTemporal(
        'postgres',
        { fileOf, sinkUrl: sink.url, folder },
        bundle,
        tuning,
      );
      try {
        const { together, nudgesOnly } = await runWindow({ engine, sink }, { rate, ...WINDOW });
        const cpu = `CPU ms: start and nudge ${cpuOf(together.cpuMs)}; nudge ${cpuOf(nudgesOnly.cpuMs)}`;
        const late = `late p50 ${together.lateness?.p50}, p99 ${together.lateness?.p99}`;
        const others = `others ${Math.round(together.usage.foreignBusy * 100)} %`;
        process.stdout.write(`${name} at ${rate}/s: ${late}; ${cpu}; ${others}\n`);
      } finally {
        await engine.stop();
        await sink.forget();
      }
    }
  } finally {
    await sink.stop();
    rmSync(join(localFolder(), 'bench', `run-${process.pid}`), { recursive: true, force: true });
  }
}

function cpuOf(cpuMs: Record<string, number>): string {
  const parts = Object.entries(cpuMs).filter(([name]) => !['sink', 'bench'].includes(name));
  const sum = parts.reduce((all, [, ms]) => all + ms, 0);
  return `${sum.toFixed(1)} (${parts.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')})`;
}

const [rate = '25', names = ''] = process.argv.slice(2);
main(Number(rate), names === '' ? [] : names.split(',')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
