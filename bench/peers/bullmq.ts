import { Queue, Worker } from 'bullmq';
import bullmqPackage from 'bullmq/package.json';
import IORedis from 'ioredis';
import { servePeer, setting } from './serve-peer';

const QUEUE = 'nudges';
const CONCURRENCY = 50;

const connect = () => new IORedis(setting('REDIS_URL'), { maxRetriesPerRequest: null });

void servePeer({
  async startProducer() {
    const connection = connect();
    const queue = new Queue(QUEUE, { connection });
    await queue.waitUntilReady();
    return {
      facts: { bullmq: bullmqPackage.version },
      async schedule(id, dueAt) {
        await queue.add(
          'nudge',
          { id },
          {
            jobId: id,
            delay: Math.max(0, dueAt.getTime() - Date.now()),
            attempts: 3,
            backoff: { type: 'exponential', delay: 1_000 },
            removeOnComplete: true,
          },
        );
      },
      // remove() answers 0 for a job that is locked by a worker: that one is on its way.
      cancel: async (id) => (await queue.remove(id)) === 0,
      async close() {
        await queue.close();
        connection.disconnect();
      },
    };
  },

  async startWorker(deliver) {
    const connection = connect();
    const worker = new Worker<{ id: string }>(QUEUE, ({ data }) => deliver(data.id), {
      connection,
      concurrency: CONCURRENCY,
    });
    worker.on('error', (error) => process.stderr.write(`bullmq: ${error.message}\n`));
    await worker.waitUntilReady();
    return {
      facts: { settings: `concurrency ${CONCURRENCY}, 3 attempts with exponential backoff` },
      async close() {
        await worker.close();
        connection.disconnect();
      },
    };
  },
});
