import type { WorkflowHandle } from '@temporalio/client';
import { temporal as proto } from '@temporalio/proto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../scripts/servers/postgres';
import { startTemporal } from '../../scripts/servers/temporal';
import { createEngineWorld } from '../support/engine-world';
import { createTemplateDatabase } from '../support/template-database';
import { continued, LIVES } from './lives';

/** Where a history of so many events is continued in a new run; in production it is 4,096. */
const LONG_HISTORY = 24;

/**
 * Lives lives on servers of its own and keeps their histories: `npm run capture-histories -- v0.2` for all of them,
 * with names after the release for those alone.
 */
async function main(release: string, wanted: string[]) {
  const folder = join(__dirname, 'histories', release);
  mkdirSync(folder, { recursive: true });
  const [postgres, temporal, restless] = await Promise.all([
    startPostgres({ name: 'capture-postgres', durable: false, ephemeral: true }),
    startTemporal({ headless: true }),
    startTemporal({
      headless: true,
      dynamicConfig: [`limit.historyCount.suggestContinueAsNew=${LONG_HISTORY}`],
    }),
  ]);
  process.env.TEST_DATABASE_URL = postgres.url();
  process.env.TEST_TEMPORAL_ADDRESS = temporal.address;
  process.env.TEST_TEMPLATE_DATABASE = (await createTemplateDatabase(postgres.url())).name;
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  const world = await createEngineWorld();
  for (const [name, live] of Object.entries(LIVES)) {
    if (!isWanted(name)) continue;
    const thread = await live(world);
    await world.result(thread);
    await keep(folder, name, world.handle(thread));
  }
  await world.close();
  if (isWanted('continued')) await keepContinued(folder, restless.address);
  await Promise.all([temporal.stop(), restless.stop()]);
  await postgres.stop();
}

/** The first run of a continued life, and the one after it: each is replayed for itself. */
async function keepContinued(folder: string, temporalAddress: string) {
  // As in production, where a wait within the lead has no timer.
  const world = await createEngineWorld({ temporalAddress, nudgeLeadMs: 1_000 });
  const thread = await continued(world);
  await world.started(thread);
  const { workflowId } = world.handle(thread);
  const { runId } = await world.handle(thread).describe();
  await world.result(thread);
  await keep(folder, 'continued', world.client.workflow.getHandle(workflowId, runId));
  await keep(folder, 'continued-in-a-new-run', world.handle(thread));
  await world.close();
}

async function keep(folder: string, name: string, handle: WorkflowHandle) {
  const history = await handle.fetchHistory();
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(asJson(history))}\n`);
  process.stderr.write(`${name}: ${history.events?.length ?? 0} events\n`);
}

const asJson = (history: proto.api.history.v1.IHistory) =>
  proto.api.history.v1.History.toObject(proto.api.history.v1.History.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });

main(process.argv[2] ?? 'v0.1', process.argv.slice(3)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
