import { createHash } from 'node:crypto';
import PgBoss from 'pg-boss';
import pgBossPackage from 'pg-boss/package.json';
import { servePeer, setting } from './serve-peer';

const QUEUE = 'nudges';
const FETCHERS = 4;
const BATCH = 50;
/** The least it allows. */
const POLL_SECONDS = 0.5;
const EXPIRE_SECONDS = 10;
const MAINTENANCE_SECONDS = 5;

/** Jobs are named by UUID there: one made of our id, so that a job can be cancelled by it. */
function jobId(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

async function open(supervise: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: setting('DATABASE_URL'),
    max: 10,
    supervise,
    schedule: false,
    maintenanceIntervalSeconds: MAINTENANCE_SECONDS,
    expireInSeconds: EXPIRE_SECONDS,
  });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  return boss.start();
}

void servePeer({
  async startProducer() {
    const boss = await open(false);
    await boss.createQueue(QUEUE);
    return {
      facts: { 'pg-boss': pgBossPackage.version },
      async schedule(id, dueAt) {
        const options = {
          id: jobId(id),
          startAfter: dueAt,
          retryLimit: 3,
          retryDelay: 1,
          retryBackoff: true,
        };
        await boss.send(QUEUE, { id }, options);
      },
      async cancel(id) {
        await boss.cancel(QUEUE, jobId(id));
        return false;
      },
      close: () => boss.stop({ graceful: false }),
    };
  },

  async startWorker(deliver) {
    const boss = await open(true);
    const options = { batchSize: BATCH, pollingIntervalSeconds: POLL_SECONDS };
    for (let fetcher = 0; fetcher < FETCHERS; fetcher++) {
      const handler = async (jobs: PgBoss.Job<{ id: string }>[]) => {
        await Promise.all(jobs.map(({ data }) => deliver(data.id)));
        // It polls once per interval and fetcher: after a full batch there is more to have.
        if (jobs.length === BATCH) boss.notifyWorker(workerId);
      };
      const workerId: string = await boss.work<{ id: string }>(QUEUE, options, handler);
    }
    const polling = `${FETCHERS} fetchers of ${BATCH}, poll ${POLL_SECONDS} s, again at once after a full batch`;
    const repair = `expiry ${EXPIRE_SECONDS} s, maintenance every ${MAINTENANCE_SECONDS} s`;
    return { facts: { settings: `${polling}; ${repair}` }, close: () => boss.stop({ graceful: false }) };
  },
});
