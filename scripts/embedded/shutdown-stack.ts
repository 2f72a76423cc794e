/** What a script has started, so that it can be closed again: the last first. */
export interface ShutdownStack {
  add(close: () => Promise<void>): void;
  /** Closes everything that was added; a second call waits for the first. */
  closeAll(): Promise<void>;
  /** Runs the script; what it throws is said in one line, and the script ends with exit code 1. */
  run(script: () => Promise<void>): Promise<void>;
}

const FAILED = 1;
const INTERRUPTED = 130;

/**
 * On SIGINT, SIGTERM and SIGHUP closes what was added, then exits with what `exitCode` says. A second signal ends at
 * once: the guards of our servers see to the rest.
 */
export function createShutdownStack(exitCode: () => number, onSignal: () => void): ShutdownStack {
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;

  async function unwind(): Promise<void> {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
      await close().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    }
  }

  const closeAll = () => (closing ??= unwind());
  const listener = () => {
    if (closing !== undefined) process.exit(INTERRUPTED);
    onSignal();
    void closeAll().then(() => process.exit(exitCode()));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);

  async function run(script: () => Promise<void>): Promise<void> {
    try {
      await script();
    } catch (error) {
      // What we have closed under its feet is no news.
      if (closing !== undefined) return;
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      await closeAll();
      process.exit(FAILED);
    }
  }
  return { add: (close) => closers.push(close), closeAll, run };
}
