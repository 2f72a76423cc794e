import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:net';
import { freePort } from '../../../scripts/servers/free-port';
import { startGuarded } from '../../../scripts/servers/guarded-process';
import { EngineAbsent } from '../engines/engine';

export interface RedisServer {
  url: string;
  pid: number;
  version: string;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 10_000;
const POLL_MS = 50;

/** Starts Redis with its log on disk, written every second. Throws EngineAbsent where there is no redis-server. */
export async function startRedis(folder: string): Promise<RedisServer> {
  const version = versionOf();
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const server = await startGuarded({
    command: 'redis-server',
    args: [...place, ...durability, '--maxmemory-policy', 'noeviction'],
    cwd: folder,
    env: process.env,
    logFile: join(folder, 'redis.log'),
    runFile: join(folder, 'redis.json'),
    stopSignal: 'SIGTERM',
    killAfterMs: 10_000,
    removeOnEnd: [],
  });
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!(await accepts(port))) {
    if (server.end() !== undefined || Date.now() > deadline) {
      throw new Error(`Redis did not start: ${(await server.stop()).log}`);
    }
    await pause(POLL_MS);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: server.pid,
    version,
    stop: async () => void (await server.stop()),
  };
}

function versionOf(): string {
  try {
    const output = execFileSync('redis-server', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /v=(\S+)/.exec(output)?.[1] ?? 'unknown';
  } catch {
    throw new EngineAbsent('no redis-server on PATH');
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
