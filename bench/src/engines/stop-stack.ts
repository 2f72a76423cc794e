/** What a start has begun so far, ended in reverse order: by the engine's stop, or at once when the start fails. */
export interface StopStack {
  /** Notes how to end what was just started, and hands it back. */
  add<T extends { stop(): Promise<void> }>(started: T): T;
  stop(): Promise<void>;
}

/** Runs a start; when it throws, everything it began is ended before the error goes on. */
export async function startWithStack<T>(start: (stack: StopStack) => Promise<T>): Promise<T> {
  const stops: (() => Promise<void>)[] = [];
  const stack: StopStack = {
    add(started) {
      stops.push(() => started.stop());
      return started;
    },
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
  try {
    return await start(stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
