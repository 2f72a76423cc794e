import type { Activities } from '../../src/activities';
import { connectNative, type TemporalSettings } from '../../src/temporal/connection';
import { createWorker } from '../../src/temporal/create-worker';
import { quietTemporal } from './quiet-temporal';
import { testWorkflowBundle } from './workflow-bundle';

/** A worker of the test's own task queue, over the bundle that all test files share. Answers how to stop it. */
export async function runTestWorker(
  settings: TemporalSettings,
  taskQueue: string,
  activities: Activities,
): Promise<() => Promise<void>> {
  quietTemporal();
  const connection = await connectNative(settings);
  const worker = await createWorker({
    connection,
    namespace: settings.namespace,
    taskQueue,
    activities,
    maxCachedWorkflows: 100,
    shutdownGraceMs: 1_000,
    source: { workflowBundle: { codePath: await testWorkflowBundle() } },
  });
  const running = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
    await connection.close();
  };
}
