import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { Pool } from 'pg';
import type { Metrics } from './metrics';

export interface WorkerDoorOptions {
  host: string;
  port: number;
  /** Where the SDK serves its own metrics, on loopback. */
  sdkMetricsPort: number;
  metrics: Metrics;
  /** The worker's state; RUNNING means ready. */
  state(): string;
  pool: Pool;
}

const SDK_METRICS_LIMIT_MS = 2_000;

/** `/healthz`, `/readyz` and `/metrics` of the worker process. Answers the port it listens on. */
export async function startWorkerDoor(options: WorkerDoorOptions) {
  const server = createServer((request, response) => {
    answer(options, request.url ?? '/', response).catch((error: unknown) => {
      response.writeHead(500).end(error instanceof Error ? error.name : 'error');
    });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(options: WorkerDoorOptions, url: string, response: ServerResponse) {
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  switch (url.split('?')[0]) {
    case '/healthz': {
      const dead = ['FAILED', 'STOPPED'].includes(options.state());
      return json(dead ? 503 : 200, { status: dead ? 'failed' : 'ok' });
    }
    case '/readyz': {
      const postgres = await options.pool.query('select 1').then(
        () => 'ok',
        () => 'unreachable',
      );
      const worker = options.state();
      return json(postgres === 'ok' && worker === 'RUNNING' ? 200 : 503, { postgres, worker });
    }
    case '/metrics': {
      const own = await options.metrics.render();
      const sdk = await sdkMetrics(options.sdkMetricsPort);
      return response.writeHead(200, { 'content-type': own.contentType }).end(own.text + sdk);
    }
    default:
      return json(404, { status: 'not found' });
  }
}

/** The SDK's own metrics; none while it does not answer. */
async function sdkMetrics(port: number): Promise<string> {
  try {
    const signal = AbortSignal.timeout(SDK_METRICS_LIMIT_MS);
    return await (await fetch(`http://127.0.0.1:${port}/metrics`, { signal })).text();
  } catch {
    return '';
  }
}
