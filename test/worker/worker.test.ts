import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { channels, deliveries } from '../../src/db/schema';
import { createSecretBox } from '../../src/platform/secret-box';
import { createEngineWorld, type EngineWorld } from '../support/engine-world';
import { historyFacts } from '../support/history-facts';
import { startHoldingReceiver, type HoldingReceiver } from '../support/holding-receiver';
import { inLanes } from '../support/in-lanes';
import { runScript } from '../support/script-process';
import { waitFor } from '../support/wait-for';
import { runWorkerProcess, type WorkerProcess } from '../support/worker-process';

const SECOND = 1_000;
/** Calls that one organization may have in flight in one worker (docs/architecture.md, Places and circuits). */
const MOST_OF_ONE = 16;
const key = randomBytes(32).toString('base64');
const ladder = {
  steps: [{ delayMs: 2 * SECOND, template: 'followup-10m', stage: 'followup_10m' as const }],
  ghostAfterMs: 3_600 * SECOND,
};

let world: EngineWorld;
let worker: WorkerProcess;
const receivers: HoldingReceiver[] = [];

const startWorker = () =>
  runWorkerProcess({
    DATABASE_URL: world.databaseUrl,
    TASK_QUEUE: world.taskQueue,
    ENCRYPTION_KEY: key,
  });
beforeAll(async () => {
  world = await createEngineWorld({ withWorker: false });
  worker = await startWorker();
}, 90_000);
afterAll(async () => {
  worker.process.kill('SIGKILL');
  await worker.ended;
  for (const receiver of receivers) await receiver.close();
  await world.close();
});

/** An organization whose webhook goes to a receiver that the test holds. */
async function organizationWithReceiver() {
  const receiver = await startHoldingReceiver();
  receivers.push(receiver);
  const organizationId = await world.seed({ ladder });
  const sealedSecret = createSecretBox([key]).seal(`whsec_${randomBytes(32).toString('base64')}`);
  await world.verb(organizationId, ({ tx }) =>
    tx.update(channels).set({ url: receiver.url, sealedSecret }).where(eq(channels.kind, 'webhook')),
  );
  const statuses = async () => {
    const rows = await world.verb(organizationId, ({ tx }) => tx.select().from(deliveries));
    return rows.map(({ status }) => status);
  };
  return { organizationId, receiver, statuses };
}

describe('the worker process', () => {
  test('a provider that hangs holds up no conversation of another organization', async () => {
    const hanging = await organizationWithReceiver();
    const other = await organizationWithReceiver();
    other.receiver.release();
    await inLanes(20, 5, () => world.create(hanging.organizationId));
    await waitFor(
      'the hanging provider to have all it may have',
      () => hanging.receiver.keys().length === MOST_OF_ONE,
    );

    const thread = await world.create(other.organizationId);
    const sent = () => other.statuses().then((statuses) => statuses.includes('sent'));
    await waitFor('the other nudge to be sent', sent, 6 * SECOND);
    expect(hanging.receiver.keys()).toHaveLength(MOST_OF_ONE);
    expect(await hanging.statuses()).toEqual(Array(MOST_OF_ONE).fill('claimed'));
    expect((await world.read(thread)).episode.nextKind).toBe('ghost');

    hanging.receiver.release();
    await waitFor('the rest', async () => {
      const statuses = await hanging.statuses();
      return statuses.length === 20 && statuses.every((status) => status === 'sent');
    });
    expect(new Set(hanging.receiver.keys()).size).toBe(20);
  }, 60_000);

  test('on SIGTERM a send in flight finishes, the process ends with 0, and the next one sends nothing again', async () => {
    const { organizationId, receiver, statuses } = await organizationWithReceiver();
    const thread = await world.create(organizationId);
    await waitFor('the call', () => receiver.keys().length === 1);

    worker.process.kill('SIGTERM');
    await waitFor('the worker to take no more', async () => (await worker.readyStatus()) === 503);
    expect(await statuses()).toEqual(['claimed']);
    receiver.release();
    expect(await worker.ended).toBe('0');
    expect(await statuses()).toEqual(['sent']);

    worker = await startWorker();
    await waitFor('the workflow to wait for ghosting', async () => {
      const { timerSummaries } = await historyFacts(world.handle(thread));
      return timerSummaries.at(-1) === 'ghosted if still silent';
    });
    expect(receiver.keys()).toHaveLength(1);
    const facts = await historyFacts(world.handle(thread));
    expect(facts.count('ACTIVITY_TASK_SCHEDULED')).toBe(1);
    expect((await world.read(thread)).episode.nudgesSent).toBe(1);
  }, 90_000);

  test('names every wrong setting at once and exits with 1', async () => {
    const bad = { DATABASE_URL: 'nowhere', TEMPORAL_ADDRESS: '', PUBLIC_URL: '', ENCRYPTION_KEY: 'hunter2' };
    const run = runScript('src/worker.ts', [], { ...bad, SHUTDOWN_GRACE_SECONDS: '0' });
    await expect(run.firstLine).rejects.toThrow(
      /DATABASE_URL[^]*TEMPORAL_ADDRESS[^]*PUBLIC_URL[^]*ENCRYPTION_KEY[^]*SHUTDOWN_GRACE_SECONDS/,
    );
    await expect(run.firstLine).rejects.not.toThrow(/hunter2|nowhere/);
    expect(await run.ended).toBe('1');
  }, 60_000);
});
