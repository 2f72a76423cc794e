import { Client, Connection } from '@temporalio/client';
import sdkPackage from '@temporalio/worker/package.json';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { bare } from './bare-workflow';
import { servePeer, setting } from './serve-peer';

const TASK_QUEUE = 'bare';
const CACHED_WORKFLOWS = 500;
const SLOTS = { maxConcurrentActivityTaskExecutions: 100, maxConcurrentWorkflowTaskExecutions: 40 };

void servePeer({
  async startProducer() {
    const connection = await Connection.connect({ address: setting('TEMPORAL_ADDRESS') });
    const client = new Client({ connection });
    return {
      facts: { sdk: sdkPackage.version },
      async schedule(id, dueAt) {
        await client.workflow.start<typeof bare>('bare', {
          workflowId: id,
          taskQueue: TASK_QUEUE,
          args: [id, dueAt.getTime()],
        });
      },
      close: () => connection.close(),
    };
  },

  async startWorker(deliver) {
    const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter } },
      shutdownSignals: [],
    });
    const connection = await NativeConnection.connect({ address: setting('TEMPORAL_ADDRESS') });
    const worker = await Worker.create({
      connection,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: setting('WORKFLOW_BUNDLE') },
      activities: { deliver },
      maxCachedWorkflows: CACHED_WORKFLOWS,
      ...SLOTS,
    });
    const running = worker.run();
    return {
      facts: { settings: `one timer, one activity; cache ${CACHED_WORKFLOWS}, eager activities on` },
      async close() {
        worker.shutdown();
        await running;
        await connection.close();
      },
    };
  },
});
