import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  dim(text: string): string;
  accent(text: string): string;
}

/** Colours on a terminal that has them; none in a file, a pipe, or with NO_COLOR. */
export function createPaint(stream: Pick<WriteStream, 'isTTY' | 'hasColors'>): Paint {
  const isColoured = stream.isTTY && stream.hasColors();
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    // We know the stream; styleText would look at stdout.
    isColoured ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style(['red', 'bold']),
    strong: style('bold'),
    dim: style('dim'),
    accent: style('cyan'),
  };
}
