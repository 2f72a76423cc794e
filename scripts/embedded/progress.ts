import type { WriteStream } from 'node:tty';
import { createPaint } from './paint';

export interface Progress {
  /** Runs `work` and shows that it lives; then how long it took. Steps may run side by side. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  note(line: string): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const SIGN_OF_LIFE_MS = 2_000;
const WIDEST_TITLE = 52;
/** Back to the line's beginning, and nothing on it. */
const ERASE = '\r\x1b[K';

interface Running {
  title: string;
  startedAt: number;
}

/** Says on `stream` what a script is doing: a moving line on a terminal, else a line every 2 s. */
export function createProgress(stream: WriteStream): Progress {
  const paint = createPaint(stream);
  const running = new Set<Running>();
  let ticker: NodeJS.Timeout | undefined;
  let frame = 0;

  const note = (text: string) => void stream.write(`${stream.isTTY ? ERASE : ''}${text}\n`);

  function tick(): void {
    const status = [...running]
      .map(({ title, startedAt }) => `${title} ${secondsSince(startedAt)}`)
      .join(' · ');
    if (!stream.isTTY) return void stream.write(`  … ${status}\n`);
    const sign = FRAMES[frame++ % FRAMES.length] ?? '';
    stream.write(`${ERASE}${paint.dim(`  ${sign} ${status}`.slice(0, stream.columns - 1))}`);
  }

  function end(entry: Running): void {
    running.delete(entry);
    if (running.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  }

  async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const entry = { title, startedAt: Date.now() };
    running.add(entry);
    ticker ??= setInterval(tick, stream.isTTY ? FRAME_MS : SIGN_OF_LIFE_MS);
    try {
      const result = await work();
      end(entry);
      note(`  ${paint.good('✓')} ${title.padEnd(WIDEST_TITLE)} ${paint.dim(secondsSince(entry.startedAt))}`);
      return result;
    } catch (error) {
      end(entry);
      note(`  ${paint.bad('✗')} ${title}`);
      throw error;
    }
  }

  return { step, note };
}

function secondsSince(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
