import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { pino } from 'pino';
import { loadConfig } from '../../src/config';
import { createLogger } from '../../src/platform/logger';
import { createTenant } from '../embedded/create-tenant';
import type { Progress } from '../embedded/progress';
import type { ShutdownStack } from '../embedded/shutdown-stack';
import { startServers } from '../embedded/start-servers';
import { localFolder } from '../servers/folders';
import { BUSINESS } from './business';

export interface Engine {
  url: string;
  apiKey: string;
  organizationId: string;
  temporalUi: string;
  logFile: string;
}

const HOST = '127.0.0.1';
const GRACE_SECONDS = '5';

/**
 * Servers of this run alone, API and worker in this process, and an organization with a key. The environment is not
 * read: a demo must never reach for anybody's real database.
 */
export async function startEngine(port: number, progress: Progress, stack: ShutdownStack): Promise<Engine> {
  const starting = startServers({ progress, keptIn: null });
  // Our code is read while the servers start, in processes of their own.
  const [servers, { startApi }, { startWorker }] = await Promise.all([
    starting,
    import('../../src/api/server.js'),
    import('../../src/worker.js'),
  ]);
  stack.add(servers.stop);
  const config = loadConfig({
    DATABASE_URL: servers.databaseUrl,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_UI_URL: servers.temporalUi,
    HOST,
    PORT: String(port),
    WORKER_PORT: '0',
    PUBLIC_URL: `http://${HOST}:${port}`,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ALLOW_PRIVATE_TARGETS: 'true',
    TIME_MACHINE: 'true',
    LOG_LEVEL: 'info',
    SHUTDOWN_GRACE_SECONDS: GRACE_SECONDS,
  });
  const logFile = join(localFolder(), 'demo.log');
  mkdirSync(localFolder(), { recursive: true });
  const logger = createLogger(
    config.logLevel,
    pino.destination({ dest: logFile, append: false, sync: true }),
  );
  const worker = await progress.step('Worker', () => startWorker(config, logger));
  stack.add(worker.close);
  worker.stopped.catch((error: unknown) => progress.note(`The worker failed: ${String(error)}`));
  const api = await progress.step('API', () => startApi(config, logger));
  stack.add(api.close);
  const tenant = await createTenant(servers.databaseUrl, BUSINESS);
  return { url: api.url, ...tenant, temporalUi: servers.temporalUi ?? '', logFile };
}
