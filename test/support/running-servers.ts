interface Stoppable {
  stop(): Promise<void>;
}

const kept: Stoppable[] = [];

/** Jest loads set-up and tear-down in one process, so a module's variable is enough. */
export function keepForTeardown(server: Stoppable): void {
  kept.push(server);
}

/** Last kept, first stopped. */
export async function stopKept(): Promise<void> {
  for (const server of kept.splice(0).reverse()) await server.stop();
}
