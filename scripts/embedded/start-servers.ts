import { findTemporalCli } from '../servers/temporal-cli';
import { startPostgres } from '../servers/postgres';
import { startTemporal } from '../servers/temporal';
import { localFolder } from '../servers/folders';
import { join } from 'node:path';
import { migrate } from '../../src/db/migrate';
import type { Progress } from './progress';

export interface Servers {
  databaseUrl: string;
  temporalAddress: string;
  /** Undefined for a Temporal that is not ours. */
  temporalUi: string | undefined;
  stop(): Promise<void>;
}

export interface ServersOptions {
  progress: Progress;
  /** Folder below `.followthrough/` for data that outlives this run; null: nothing does. */
  keptIn: string | null;
  /** Servers of the user's own, to use instead of starting one. */
  databaseUrl?: string | undefined;
  temporalAddress?: string | undefined;
}

/** PostgreSQL with the newest schema and a Temporal server, both reachable. Throws with the end of a server's log. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { progress } = options;
  // Before any moving line: a download or a build has progress of its own.
  if (options.temporalAddress === undefined) await findTemporalCli();
  const [postgres, temporal] = await Promise.all([providePostgres(options), provideTemporal(options)]);
  await progress.step('Schema is up to date', () => migrate(postgres.url));
  return {
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    temporalUi: temporal.uiUrl,
    async stop() {
      await Promise.all([postgres.stop(), temporal.stop()]);
    },
  };
}

async function providePostgres({ databaseUrl, keptIn, progress }: ServersOptions) {
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: async () => undefined };
  const options =
    keptIn === null
      ? { name: 'postgres', durable: false, ephemeral: true }
      : { name: join(keptIn, 'postgres'), durable: true };
  const server = await progress.step('PostgreSQL', () => startPostgres(options));
  return { url: server.url(), stop: server.stop };
}

async function provideTemporal({ temporalAddress, keptIn, progress }: ServersOptions) {
  if (temporalAddress !== undefined) {
    return { address: temporalAddress, uiUrl: undefined, stop: async () => undefined };
  }
  const dbFile = keptIn === null ? null : join(localFolder(), keptIn, 'temporal.db');
  return progress.step('Temporal with its Web UI', () => startTemporal({ dbFile }));
}
