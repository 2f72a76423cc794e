import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export interface HoldingReceiver {
  url: string;
  /** `webhook-id` of every request, in order of arrival; repeats count again. */
  keys(): string[];
  /** Answers 200 to all that wait, and at once to all that come from now on. */
  release(): void;
  close(): Promise<void>;
}

/** A webhook's receiver that reads every request and answers none until the test says so. */
export async function startHoldingReceiver(): Promise<HoldingReceiver> {
  const keys: string[] = [];
  const waiting: ServerResponse[] = [];
  let holds = true;
  const server = createServer((request, response) => {
    keys.push(String(request.headers['webhook-id']));
    request.resume().once('end', () => {
      if (holds) waiting.push(response);
      else response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    keys: () => [...keys],
    release() {
      holds = false;
      for (const response of waiting.splice(0)) response.end('{}');
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
