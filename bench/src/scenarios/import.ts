import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { FollowthroughEngine } from '../engines/followthrough';
import type { Usage } from '../processes/usage';
import type { Sink } from '../sink';
import { meter, newPrefix } from './arena';
import { outboxEmpty, tableBytes } from './our-tables';
import { runWindow, type WindowResult } from './window';

export interface ImportOptions {
  rows: number;
  window: { rate: number; leadMs: number; windowMs: number };
  idleMs: number;
}

export interface ImportResult {
  scenario: 'import';
  engine: string;
  options: ImportOptions;
  /** The same nudges before the import, and beside it. */
  before: WindowResult;
  beside: WindowResult;
  /** Until the upload was answered. */
  uploadSeconds: number;
  /** Until every workflow was started. */
  startedSeconds: number;
  startsLeft: number;
  report: Record<string, unknown>;
  /** The imported rows are the sleepers. */
  sleepers: {
    count: number;
    bytesEachInOurTables: number;
    bytesEachInTemporals: number;
    idle: Usage;
    /** Resident, at the end of the idle time. */
    residentMb: Record<string, number>;
  };
}

const DAY_MS = 86_400_000;
const START_LIMIT_MS = 900_000;
const SETTLE_MS = 15_000;
const TEMPORALS = ['temporal', 'temporal_visibility'];

/** An import beside due nudges; then what it leaves: ten thousand who sleep until tomorrow. */
export async function runImport(
  engine: FollowthroughEngine,
  sink: Sink,
  options: ImportOptions,
): Promise<ImportResult> {
  const arena = { engine, sink };
  const bytesAtFirst = await readBytes(engine);
  const before = await runWindow(arena, options.window);
  const bytesBefore = await readBytes(engine);
  const importing = importBeside(engine, options);
  const beside = await runWindow(arena, options.window);
  const imported = await importing;
  await pause(SETTLE_MS);
  const bytesAfter = await readBytes(engine);
  const measuring = meter(arena);
  await pause(options.idleMs);
  const idle = measuring.stop();
  // The window beside the import wrote what the same window before it wrote.
  const each = (store: keyof Bytes) => {
    const byWindow = bytesBefore[store] - bytesAtFirst[store];
    return Math.round((bytesAfter[store] - bytesBefore[store] - byWindow) / options.rows);
  };
  return {
    scenario: 'import',
    engine: engine.name,
    options,
    before,
    beside,
    ...imported,
    sleepers: {
      count: options.rows,
      bytesEachInOurTables: each('ours'),
      bytesEachInTemporals: each('temporals'),
      idle,
      residentMb: Object.fromEntries(
        Object.entries(idle.groups).map(([name, { peakResidentBytes }]) => [
          name,
          Math.round(peakResidentBytes / 1e6),
        ]),
      ),
    },
  };
}

/** Begins when the window's nudges do. */
async function importBeside(engine: FollowthroughEngine, { rows, window }: ImportOptions) {
  await pause(window.leadMs);
  const prefix = newPrefix('import');
  const startedAt = Date.now();
  const lines = Array.from({ length: rows }, (_, index) =>
    JSON.stringify(engine.conversation({ id: `${prefix}${index}`, dueAt: startedAt + DAY_MS })),
  );
  const report = z
    .record(z.string(), z.unknown())
    .parse(await engine.client.upload('/v1/conversations/import', lines.join('\n')));
  const uploadSeconds = (Date.now() - startedAt) / 1000;
  const startsLeft = await outboxEmpty(engine.postgres, START_LIMIT_MS);
  return { report, uploadSeconds, startsLeft, startedSeconds: (Date.now() - startedAt) / 1000 };
}

interface Bytes {
  ours: number;
  temporals: number;
}

async function readBytes({ postgres }: FollowthroughEngine): Promise<Bytes> {
  const ours = await tableBytes(postgres, 'followthrough');
  let temporals = 0;
  for (const database of TEMPORALS) temporals += await tableBytes(postgres, database);
  return { ours, temporals };
}
