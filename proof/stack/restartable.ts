interface Server {
  pid: number;
  stop(): Promise<void>;
}

/** A server that can be taken away and given back, at the same address and with what it had stored. */
export interface Restartable {
  stop(): Promise<void>;
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

export function restartable(running: Server, start: () => Promise<Server>): Restartable {
  let server: Server | undefined = running;
  const signal = (kind: NodeJS.Signals) => {
    if (server !== undefined) process.kill(server.pid, kind);
  };
  return {
    async stop() {
      const stopped = server;
      server = undefined;
      await stopped?.stop();
    },
    async start() {
      server ??= await start();
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}
