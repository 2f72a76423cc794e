import { z } from 'zod';
import { createTenant } from '../../../scripts/embedded/create-tenant';
import { startPostgres, type PostgresServer } from '../../../scripts/servers/postgres';
import { migrate } from '../../../src/db/migrate';
import type { Sink } from '../sink';
import { type AppBuild } from './app-build';
import { createAppClient, type AppClient } from './app-client';
import { startAppProcesses } from './app-processes';
import type { Engine, Job } from './engine';
import { startWithStack, type StopStack } from './stop-stack';
import { startTemporalStore, type TemporalStore } from './temporal-store';

/** Ours, with what only our own scenarios need. */
export interface FollowthroughEngine extends Engine {
  client: AppClient;
  postgres: PostgresServer;
  /** The body of `POST /v1/conversations`, or a row of an import, for a job. */
  conversation(job: Job): object;
  reply(id: string): Promise<{ inFlight: boolean }>;
}

export interface FollowthroughOptions {
  store: TemporalStore;
  build: AppBuild;
  sink: Sink;
  folder: string;
  /** CPU profiles of API and worker into `folder`, when they end. */
  profile: boolean;
  /** Settings of ours that differ from their defaults. */
  overrides: Record<string, string>;
  /** One that is running already; absent = one of its own, gone at the end. */
  postgres?: PostgresServer;
}

/** Delays of the sequences in use: a job takes the shortest that reaches its due time from a last word in the past. */
const LADDERS = [
  { name: 'bench-30s', delayMs: 30_000, delay: '30s' },
  { name: 'bench-5m', delayMs: 300_000, delay: '5m' },
  { name: 'bench-2h', delayMs: 7_200_000, delay: '2h' },
  { name: 'bench-3d', delayMs: 259_200_000, delay: '3d' },
] as const;

const TEMPLATE =
  'Hi {{ contact.name }}, did you have a moment to look at {{ product }}? Tell us if anything is unclear.';

const createdSchema = z.object({
  id: z.string(),
  episode: z.object({ next: z.object({ dueAt: z.string() }).nullable() }).nullable(),
});
const messageSchema = z.object({ effect: z.string(), inFlight: z.array(z.unknown()) });

/** API and worker as they ship, over real HTTP, on PostgreSQL and a Temporal server of the bench's own. */
export function startFollowthrough(options: FollowthroughOptions): Promise<FollowthroughEngine> {
  return startWithStack((stack) => start(options, stack));
}

async function start(options: FollowthroughOptions, stack: StopStack): Promise<FollowthroughEngine> {
  const { store, sink, build, folder, profile, overrides } = options;
  const postgres =
    options.postgres ?? (await startPostgres({ name: 'bench-postgres', durable: true, ephemeral: true }));
  stack.add(postgres);
  const temporal = stack.add(await startTemporalStore(store, postgres, folder));
  const databaseUrl = postgres.url();
  await migrate(databaseUrl);
  const { apiKey } = await createTenant(databaseUrl, { name: 'Bench' });
  const places = { databaseUrl, temporalAddress: temporal.address, folder };
  const apps = stack.add(await startAppProcesses({ ...places, build, profile, overrides }));
  const client = createAppClient(apps.apiUrl, apiKey);
  await configure(client, sink.url);
  const ids = new Map<string, string>();

  return {
    name: store === 'postgres' ? 'Followthrough' : 'Followthrough (dev server)',
    startsPerSecond: 35,
    facts: { ...factsOf(options), ...temporal.facts },
    client,
    postgres,
    conversation,
    async schedule(job) {
      const created = createdSchema.parse(await client.call('POST', '/v1/conversations', conversation(job)));
      ids.set(job.id, created.id);
      const planned = Date.parse(created.episode?.next?.dueAt ?? '');
      if (planned !== job.dueAt)
        throw new Error(`${job.id} is due at ${job.dueAt}, but planned for ${planned}`);
    },
    async reply(id) {
      const path = `/v1/conversations/${ids.get(id) ?? 'unknown'}/messages`;
      const body = { direction: 'inbound', text: 'Yes, thank you, I will have a look.' };
      const { inFlight } = messageSchema.parse(await client.call('POST', path, body));
      return { inFlight: inFlight.length > 0 };
    },
    killWorker: apps.killWorker,
    startWorker: apps.startWorker,
    groups: () => [
      { name: 'worker', pids: [apps.workerPid()] },
      { name: 'api', pids: [apps.apiPid()] },
      { name: 'temporal', pids: [temporal.pid] },
      { name: 'postgres', pids: [postgres.pid], split: 'postgres' },
    ],
    async stop() {
      await client.close();
      await stack.stop();
    },
  };
}

function factsOf({ overrides }: FollowthroughOptions): Record<string, string> {
  return {
    followthrough: 'compiled, API and worker one process each, defaults',
    overrides: JSON.stringify({ ALLOW_PRIVATE_TARGETS: 'true', LOG_LEVEL: 'warn', ...overrides }),
    postgresql: 'embedded 18, defaults: fsync and synchronous_commit on',
  };
}

async function configure(client: AppClient, sinkUrl: string): Promise<void> {
  await client.call('PUT', '/v1/channels/webhook', { url: sinkUrl });
  await client.call('PUT', '/v1/templates/bench', { body: TEMPLATE });
  for (const { name, delay } of LADDERS) {
    await client.call('PUT', `/v1/sequences/${name}`, {
      steps: [{ delay, template: 'bench' }],
      ghostAfter: '1d',
    });
  }
}

/** The last word lies as far back as the ladder's delay exceeds the wait, so that the due time is exact. */
function conversation({ id, dueAt }: Job): object {
  const waitMs = dueAt - Date.now();
  const ladder = LADDERS.find(({ delayMs }) => delayMs >= waitMs);
  if (ladder === undefined) throw new Error(`${id} is due later than the bench has sequences for`);
  return {
    externalId: id,
    contact: { externalId: `contact-${id}`, name: 'Ada Lovelace', timeZone: 'Europe/London' },
    channel: 'webhook',
    sequence: ladder.name,
    lastMessage: {
      direction: 'outbound',
      text: 'Here is your quote.',
      sentAt: new Date(dueAt - ladder.delayMs).toISOString(),
    },
    variables: { product: 'the quote' },
  };
}
