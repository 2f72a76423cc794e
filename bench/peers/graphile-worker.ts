import { makeWorkerUtils, Logger, run } from 'graphile-worker';
import graphilePackage from 'graphile-worker/package.json';
import { servePeer, setting } from './serve-peer';

const TASK = 'nudge';
const CONCURRENCY = 24;
const POLL_MS = 500;
const LOCAL_QUEUE = 500;
const BATCH_DELAY_MS = 50;

const quiet = new Logger(() => (level, message) => {
  if (level === 'error') process.stderr.write(`graphile-worker: ${message}\n`);
});

function idIn(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload) return String(payload.id);
  throw new Error('a payload without an id');
}

void servePeer({
  async startProducer() {
    const utils = await makeWorkerUtils({ connectionString: setting('DATABASE_URL'), logger: quiet });
    await utils.migrate();
    return {
      facts: { 'graphile-worker': graphilePackage.version },
      async schedule(id, dueAt) {
        await utils.addJob(TASK, { id }, { runAt: dueAt, jobKey: id, maxAttempts: 4 });
      },
      async cancel(id) {
        await utils.withPgClient((client) => client.query('select graphile_worker.remove_job($1)', [id]));
        return false;
      },
      close: async () => utils.release(),
    };
  },

  async startWorker(deliver) {
    const runner = await run({
      taskList: { [TASK]: (payload) => deliver(idIn(payload)) },
      preset: {
        worker: {
          connectionString: setting('DATABASE_URL'),
          maxPoolSize: 10,
          concurrentJobs: CONCURRENCY,
          pollInterval: POLL_MS,
          localQueue: { size: LOCAL_QUEUE },
          completeJobBatchDelay: BATCH_DELAY_MS,
          failJobBatchDelay: BATCH_DELAY_MS,
          logger: quiet,
        },
      },
      noHandleSignals: true,
    });
    const settings = `concurrency ${CONCURRENCY}, poll ${POLL_MS} ms, local queue ${LOCAL_QUEUE}, completions batched`;
    return { facts: { settings }, close: () => runner.stop() };
  },
});
