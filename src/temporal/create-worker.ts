import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { ConversationActivities } from '../contracts/conversation-workflow';
import type { ReconcileActivities } from '../contracts/reconcile-workflow';
import { workflowSource, type WorkflowSource } from './workflow-bundle';

export interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: ConversationActivities & ReconcileActivities;
  /** Workflows kept in memory between tasks; a sleeping conversation costs rows, not worker memory. */
  maxCachedWorkflows: number;
  /** No run begins to use these here; one that has begun goes on. So a patch can be taken back (docs/operations.md). */
  heldPatches?: readonly string[];
  /** Covers the longest send: in-flight sends finish before the worker goes. */
  shutdownGraceMs: number;
  source?: WorkflowSource;
}

/** A nudge holds a place for the second in which it waits to be due: enough for 100 a second, and calls that are slow. */
const CONCURRENT_ACTIVITIES = 200;
const FORCE_AFTER_GRACE_MS = 5_000;

/** Empty without need: the SDK then asks nobody. */
function holding(held: readonly string[]): Pick<WorkerOptions, 'patchActivationCallback'> {
  return held.length === 0 ? {} : { patchActivationCallback: ({ patchId }) => !held.includes(patchId) };
}

/** One worker a process. Pollers stay at their fixed defaults: autoscaling made tails 2 to 6 times worse. */
export function createWorker(settings: WorkerSettings): Promise<Worker> {
  return Worker.create({
    connection: settings.connection,
    namespace: settings.namespace,
    taskQueue: settings.taskQueue,
    activities: settings.activities,
    maxCachedWorkflows: settings.maxCachedWorkflows,
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    shutdownGraceTime: settings.shutdownGraceMs,
    shutdownForceTime: settings.shutdownGraceMs + FORCE_AFTER_GRACE_MS,
    ...holding(settings.heldPatches ?? []),
    ...(settings.source ?? workflowSource()),
  });
}
