import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemporal, type TemporalServer } from '../../scripts/servers/temporal';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { quietTemporal } from '../support/quiet-temporal';
import { waitFor } from '../support/wait-for';

const SECOND = 1_000;
const ladder = (delayMs: number) => ({
  steps: [{ delayMs, template: 'followup-10m', stage: 'followup_10m' as const }],
  ghostAfterMs: 3_600 * SECOND,
});

// A Temporal of this file's own, on a file, so that it can go away and come back with all it knew.
const folder = mkdtempSync(join(tmpdir(), 'followthrough-away-'));
let server: TemporalServer;
let world: EngineWorld;
const start = (port?: number) =>
  startTemporal({
    headless: true,
    dbFile: join(folder, 'temporal.db'),
    // So that a history of one short life is long enough to be continued.
    dynamicConfig: ['limit.historyCount.suggestContinueAsNew=24'],
    ...(port === undefined ? {} : { port }),
  });
beforeAll(async () => {
  quietTemporal('ERROR');
  server = await start();
  world = await createEngineWorld({ temporalAddress: server.address });
}, 90_000);
afterAll(async () => {
  await world.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rows = (thread: EpisodeThread) =>
  world.verb(
    thread.conversation.organizationId,
    async ({ tx }) => (await tx.execute('select 1 from outbox')).rows.length,
  );

test('a long history is continued in a new run, which goes on where the old one was', async () => {
  const stages = ['followup_10m', 'followup_3h', 'followup_6h'] as const;
  const steps = stages.map((stage, i) => ({ delayMs: (i + 1) * SECOND, template: stage, stage }));
  const thread = await world.create(await world.seed({ ladder: { steps, ghostAfterMs: SECOND } }));
  const { runId } = await waitFor('the workflow', () => world.handle(thread).describe());
  await expect(world.result(thread)).resolves.toEqual({ stopReason: 'ghosted' });
  expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1, 2, 3]);
  const first = await historyFacts(world.client.workflow.getHandle(world.handle(thread).workflowId, runId));
  expect(first.last).toBe('WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
  expect((await historyFacts(world.handle(thread))).last).toBe('WORKFLOW_EXECUTION_COMPLETED');
}, 60_000);

test('Temporal goes away and comes back: creating, answering and stopping hold, and everything is delivered', async () => {
  const port = Number(server.address.split(':')[1]);
  const answered = await world.create(await world.seed({ ladder: ladder(5 * SECOND) }));
  const due = await world.create(await world.seed({ ladder: ladder(5 * SECOND) }));
  await Promise.all([world.started(answered), world.started(due)]);

  await server.stop();
  const created = await world.create(await world.seed({ ladder: ladder(SECOND) }));
  expect((await world.say(answered)).effect).toBe('stopped');
  await waitFor('deliveries to fail', () => world.errors.length >= 3);
  expect([await rows(created), await rows(answered)]).toEqual([1, 1]);
  await waitFor(
    'the due time to pass',
    async () => (await world.read(due)).now.getTime() > due.episode.anchorAt.getTime() + 6 * SECOND,
  );

  server = await start(port);
  await expect(world.result(answered)).resolves.toEqual({ stopReason: 'replied' });
  for (const thread of [created, due]) {
    await waitFor('the nudge', async () => (await world.read(thread)).episode.nextKind === 'ghost', 40_000);
    expect(world.webhook.stepsOf(thread.conversation.id)).toEqual([1]);
  }
  expect(world.webhook.stepsOf(answered.conversation.id)).toEqual([]);
  // A row goes once its workflow was told, so after that has ended; where the answer was lost, at a later attempt.
  const left = async () => (await rows(created)) + (await rows(answered));
  await waitFor('the outbox to be empty', async () => (await left()) === 0);
}, 120_000);
