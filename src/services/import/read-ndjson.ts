import type { Readable } from 'node:stream';
import { readLines } from './read-lines';

/** One row as the caller sent it, or why it cannot be read. `line` is where it begins. */
export type SourceRow = { line: number; value: unknown } | { line: number; fault: string };

/** One JSON value per line; blank lines do not count. */
export async function* readNdjson(stream: Readable): AsyncGenerator<SourceRow> {
  for await (const line of readLines(stream)) {
    if ('fault' in line) yield { line: line.number, fault: line.fault };
    else if (line.text.trim() !== '') yield parseLine(line.number, line.text);
  }
}

function parseLine(line: number, text: string): SourceRow {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    return { line, fault: 'is not well-formed JSON' };
  }
}
