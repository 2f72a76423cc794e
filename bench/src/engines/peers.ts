import { join } from 'node:path';
import { startPostgres } from '../../../scripts/servers/postgres';
import { startRedis } from '../servers/redis';
import type { TemporalTuning } from '../servers/temporal-tuning';
import type { Engine } from './engine';
import { startPeerEngine } from './peer-engine';
import { startWithStack } from './stop-stack';
import { startTemporalStore, type TemporalStore } from './temporal-store';

export interface PeerSetup {
  /** Compiled file of a peer. */
  fileOf(name: string): string;
  sinkUrl: string;
  /** For what its servers write; empty. */
  folder: string;
}

const newPostgres = () => startPostgres({ name: 'bench-postgres', durable: true, ephemeral: true });

/** The floor: what a nudge cannot cost less than on Temporal. */
export function startBareTemporal(
  store: TemporalStore,
  setup: PeerSetup,
  workflowBundle: string,
  tuning?: TemporalTuning,
): Promise<Engine> {
  return startWithStack(async (stack) => {
    const postgres = store === 'postgres' ? stack.add(await newPostgres()) : null;
    const temporal = stack.add(await startTemporalStore(store, postgres, setup.folder, tuning));
    return startPeerEngine({
      name: store === 'postgres' ? 'bare Temporal' : 'bare Temporal (dev server)',
      file: setup.fileOf('bare-temporal'),
      env: {
        SINK_URL: setup.sinkUrl,
        TEMPORAL_ADDRESS: temporal.address,
        WORKFLOW_BUNDLE: workflowBundle,
      },
      facts: temporal.facts,
      startsPerSecond: 35,
      canReply: false,
      servers: [
        { name: 'temporal', pids: [temporal.pid] },
        ...(postgres ? [{ name: 'postgres', pids: [postgres.pid], split: 'postgres' as const }] : []),
      ],
      stack,
    });
  });
}

export function startBullmq(setup: PeerSetup): Promise<Engine> {
  return startWithStack(async (stack) => {
    const redis = stack.add(await startRedis(join(setup.folder, 'redis')));
    return startPeerEngine({
      name: 'BullMQ',
      file: setup.fileOf('bullmq'),
      env: { SINK_URL: setup.sinkUrl, REDIS_URL: redis.url },
      facts: { redis: `${redis.version}, append-only file synced every second, noeviction` },
      startsPerSecond: null,
      canReply: true,
      servers: [{ name: 'redis', pids: [redis.pid] }],
      stack,
    });
  });
}

export function startPostgresPeer(name: 'pg-boss' | 'graphile-worker', setup: PeerSetup): Promise<Engine> {
  return startWithStack(async (stack) => {
    const postgres = stack.add(await newPostgres());
    return startPeerEngine({
      name,
      file: setup.fileOf(name),
      env: { SINK_URL: setup.sinkUrl, DATABASE_URL: postgres.url() },
      facts: { postgresql: 'embedded 18, defaults: fsync and synchronous_commit on' },
      startsPerSecond: null,
      canReply: true,
      servers: [{ name: 'postgres', pids: [postgres.pid], split: 'postgres' }],
      stack,
    });
  });
}
