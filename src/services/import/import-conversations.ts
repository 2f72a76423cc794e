import { isDatabaseAway } from '../../db/database-error';
import { AppError } from '../../domain/errors';
import type { Transact } from '../transact';
import { importBatch } from './import-batch';
import { type Effect, type ImportRow, type RowOutcome } from './import-row';
import type { SourceRow } from './read-ndjson';

const MOST_ROWS = 100_000;
const MOST_REJECTIONS = 1_000;
/** Large enough that statements are shared, small enough that locks last some 50 ms. */
const BATCH_SIZE = 100;

export interface ImportOptions {
  rows: AsyncIterable<SourceRow>;
  /** Reads one row as a body. Throws validation_failed. */
  readBody(value: unknown): ImportRow['input'];
  transact: Transact;
  /** Does everything and undoes it. */
  dryRun: boolean;
}

export interface ImportSummary {
  dryRun: boolean;
  rows: number;
  accepted: number;
  existing: number;
  rejected: number;
  /** What the accepted rows lead to. */
  effects: Record<Effect, number>;
  /** The first 1,000. `path` names the field; null for a row that could not be read at all. */
  rejections: { line: number; externalId: string | null; path: string | null; reason: string }[];
}

/**
 * Imports rows in batches, a transaction each; a bad row harms no other, and the same rows again change nothing. Throws
 * payload_too_large beyond 100,000 rows, and whatever the source throws: batches before that are stored.
 */
export async function importConversations(options: ImportOptions): Promise<ImportSummary> {
  const summary: ImportSummary = {
    dryRun: options.dryRun,
    rows: 0,
    accepted: 0,
    existing: 0,
    rejected: 0,
    effects: { waiting: 0, ghosted: 0, engaged: 0, optedOut: 0 },
    rejections: [],
  };
  const run = batchRunner(options);
  let batch: (ImportRow | RowOutcome)[] = [];
  const flush = async () => {
    const full = batch;
    batch = [];
    for (const outcome of await run(full)) count(summary, outcome);
  };
  for await (const row of options.rows) {
    summary.rows += 1;
    if (summary.rows > MOST_ROWS) throw tooManyRows();
    batch.push(readRow(row, options));
    if (batch.length === BATCH_SIZE) await flush();
  }
  await flush();
  return summary;
}

const tooManyRows = () =>
  new AppError(
    'payload_too_large',
    `An import may have ${MOST_ROWS} rows. Those are stored; send the rest by itself.`,
  );

function readRow(row: SourceRow, { readBody }: ImportOptions): ImportRow | RowOutcome {
  const { line } = row;
  if ('fault' in row) {
    return {
      line,
      result: 'rejected',
      externalId: null,
      error: new AppError('validation_failed', `The row ${row.fault}.`),
    };
  }
  try {
    return { line, input: readBody(row.value) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { line, result: 'rejected', externalId: externalIdOf(row.value), error };
  }
}

function externalIdOf(value: unknown): string | null {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'externalId') : null;
  return typeof id === 'string' ? id.slice(0, 200) : null;
}

/** Carries the outcomes out of a transaction that is to be undone. */
class DryRunDone extends Error {
  constructor(readonly outcomes: RowOutcome[]) {
    super('a dry run writes nothing');
  }
}

/** Outcomes in the order of the lines. A dry run remembers what earlier batches would have made: they were undone. */
function batchRunner({ transact, dryRun }: ImportOptions) {
  const made = new Set<string>();

  const store = (rows: ImportRow[]) =>
    transact(async (ctx) => {
      const outcomes = await importBatch(ctx, rows);
      if (dryRun) throw new DryRunDone(outcomes);
      return outcomes;
    }).catch((error: unknown) => {
      if (error instanceof DryRunDone) return error.outcomes;
      throw error;
    });

  /** What a whole batch cannot do, its rows can but for those that are to blame. */
  const storeOneByOne = async (rows: ImportRow[]) => {
    const outcomes: RowOutcome[] = [];
    for (const row of rows)
      outcomes.push(...(await store([row]).catch((error: unknown) => blame(row, error))));
    return outcomes;
  };

  return async (batch: (ImportRow | RowOutcome)[]): Promise<RowOutcome[]> => {
    const read = batch.filter((row) => 'input' in row);
    const fresh = read.filter(({ input }) => !made.has(input.externalId));
    const stored =
      fresh.length === 0
        ? []
        : await store(fresh).catch((error: unknown) => {
            if (isDatabaseAway(error)) throw error;
            return storeOneByOne(fresh);
          });
    if (dryRun) remember(made, fresh, stored);
    const again = read.filter((row) => !fresh.includes(row));
    const unread = batch.filter((row) => 'result' in row);
    const known = again.map(({ line }): RowOutcome => ({ line, result: 'existing' }));
    return [...unread, ...known, ...stored].sort((one, other) => one.line - other.line);
  };
}

function remember(made: Set<string>, rows: ImportRow[], outcomes: RowOutcome[]) {
  const accepted = new Set(outcomes.filter(({ result }) => result === 'accepted').map(({ line }) => line));
  for (const { line, input } of rows) if (accepted.has(line)) made.add(input.externalId);
}

/** A row that fails even alone, for a reason we did not foresee: the others must not suffer for it. */
function blame({ line, input }: ImportRow, error: unknown): RowOutcome[] {
  if (isDatabaseAway(error)) throw error;
  const { externalId } = input;
  const rejected = new AppError('internal_error', 'The row could not be stored.', { cause: error });
  return [{ line, result: 'rejected', externalId, error: rejected }];
}

function count(summary: ImportSummary, outcome: RowOutcome) {
  summary[outcome.result] += 1;
  if (outcome.result === 'accepted') summary.effects[outcome.effect] += 1;
  if (outcome.result !== 'rejected' || summary.rejections.length >= MOST_REJECTIONS) return;
  const { line, externalId, error } = outcome;
  const path = error.errors?.[0]?.path ?? null;
  summary.rejections.push({ line, externalId, path, reason: error.detail });
}
