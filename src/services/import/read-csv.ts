import { CsvError, parse } from 'csv-parse/sync';
import type { Readable } from 'node:stream';
import { AppError } from '../../domain/errors';
import { readHeader, toBody, type Column } from './csv-columns';
import { readLines, type Line } from './read-lines';
import type { SourceRow } from './read-ndjson';

/** A quoted cell may run over this much; beyond it the quote that opened it is a mistake. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 256 * 1024;

type OpenLine = Extract<Line, { text: string }> & { quotes: number };

/**
 * The rows of a CSV file under its header. Records are cut out here, at lines where all quotes are closed, and each is
 * parsed alone: a broken quote costs its own line, where a parser of the whole file loses everything up to the next one.
 * Throws validation_failed for a header that cannot be used.
 */
export async function* readCsv(stream: Readable): AsyncGenerator<SourceRow> {
  let columns: Column[] | null = null;
  for await (const record of cutRecords(readLines(stream))) {
    if ('fault' in record) {
      if (!columns) throw new AppError('validation_failed', `header: line ${record.line} ${record.fault}`);
      yield record;
    } else if (!columns) {
      columns = readHeader(record.cells);
    } else {
      yield toRow(columns, record);
    }
  }
  if (!columns) throw new AppError('validation_failed', 'header: the file is empty');
}

type CsvRecord = { line: number; cells: string[] } | { line: number; fault: string };

function toRow(columns: Column[], { line, cells }: { line: number; cells: string[] }): SourceRow {
  if (cells.length !== columns.length) {
    return { line, fault: `has ${cells.length} cells where the header has ${columns.length}` };
  }
  return { line, value: toBody(columns, cells) };
}

async function* cutRecords(lines: AsyncGenerator<Line>): AsyncGenerator<CsvRecord> {
  let open: OpenLine[] = [];
  for await (const line of lines) {
    const readable = 'text' in line;
    if (readable) open.push({ ...line, quotes: line.text.split('"').length - 1 });
    const cut = cutAll(open, !readable);
    yield* cut.records;
    open = cut.rest;
    if (!readable) yield { line: line.number, fault: line.fault };
  }
  yield* cutAll(open, true).records;
}

/** Takes records until more lines are needed; with `atEnd` there are none, and an open quote is a mistake. */
function cutAll(open: OpenLine[], atEnd: boolean): { records: CsvRecord[]; rest: OpenLine[] } {
  const records: CsvRecord[] = [];
  let rest = open;
  while (rest[0]) {
    const taken = rest[0].text.trim() === '' ? { rest: rest.slice(1) } : cutOne(rest[0], rest, atEnd);
    if (!taken) break;
    if ('record' in taken) records.push(taken.record);
    rest = taken.rest;
  }
  return { records, rest };
}

/** The record that begins with `first`. Is it none, then only this line is given up, and the next is tried. */
function cutOne(first: OpenLine, lines: OpenLine[], atEnd: boolean) {
  const length = closedLength(lines);
  if (length === null && !atEnd && !isTooLong(lines)) return null;
  const record = parseRecord(first.number, lines.slice(0, length ?? 1));
  return { record, rest: lines.slice('fault' in record ? 1 : (length ?? 1)) };
}

/** How many lines it takes until every quote has its partner; a doubled one inside a cell counts twice. */
function closedLength(lines: OpenLine[]): number | null {
  let quotes = 0;
  const last = lines.findIndex((line) => (quotes += line.quotes) % 2 === 0);
  return last < 0 ? null : last + 1;
}

function isTooLong(lines: OpenLine[]): boolean {
  const characters = lines.reduce((sum, { text }) => sum + text.length, 0);
  return lines.length > MOST_LINES || characters > MOST_CHARACTERS;
}

function parseRecord(line: number, lines: OpenLine[]): CsvRecord {
  const text = lines.map((one) => one.text).join('\n');
  try {
    const records: unknown = parse(text, { relax_column_count: true, record_delimiter: '\n' });
    const cells: unknown = Array.isArray(records) && records.length === 1 ? records[0] : undefined;
    if (isCells(cells)) return { line, cells };
    return { line, fault: 'is not one CSV row' };
  } catch (error) {
    if (error instanceof CsvError)
      return { line, fault: 'has a quote in the wrong place or one that is never closed' };
    throw error;
  }
}

function isCells(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((cell) => typeof cell === 'string');
}
