import { openSync, readSync, closeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const POLL_MS = 150;
const CHUNK_BYTES = 64 * 1024;

/** Hands on each line that is written to the file, from its beginning. Answers how to stop, which reads the rest. */
export function followFile(path: string, onLine: (line: string) => void): () => void {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let rest = '';

  function readOn(): void {
    for (let count = read(); count > 0; count = read()) {
      const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    }
  }
  const read = () => readSync(file, buffer, 0, CHUNK_BYTES, null);

  const timer = setInterval(readOn, POLL_MS);
  return () => {
    clearInterval(timer);
    readOn();
    if (rest !== '') onLine(rest);
    closeSync(file);
  };
}
