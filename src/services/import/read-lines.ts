import type { Readable } from 'node:stream';

/** One line without its end. `fault` says why it cannot be read; the lines after it can. */
export type Line = { number: number; text: string } | { number: number; fault: string };

/** Bytes; twice what the largest legal row needs. */
const LONGEST_LINE = 256 * 1024;
const NEWLINE = 0x0a;

/** The lines of a UTF-8 stream with back-pressure; what is longer than 256 kB or no UTF-8 is a fault, not an error. */
export async function* readLines(stream: Readable): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let number = 0;
  const finish = (last: Buffer): Line => {
    const line = toLine((number += 1), [...parts, last]);
    parts = [];
    return line;
  };
  for await (const chunk of stream) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      yield finish(bytes.subarray(from, end));
      from = end + 1;
    }
    if (lengthOf(parts) <= LONGEST_LINE) parts.push(bytes.subarray(from));
  }
  if (lengthOf(parts) > 0) yield finish(Buffer.alloc(0));
}

const lengthOf = (parts: Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function toLine(number: number, parts: Buffer[]): Line {
  const bytes = Buffer.concat(parts);
  if (bytes.length > LONGEST_LINE) return { number, fault: `is longer than ${LONGEST_LINE / 1024} kB` };
  try {
    // A decoder each: it drops the mark at the beginning of the first line, and only there.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: number > 1 }).decode(bytes);
    return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text };
  } catch {
    return { number, fault: 'is not UTF-8' };
  }
}
