import { Worker, type NativeConnection } from '@temporalio/worker';
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
  /** Covers the longest send: in-flight sends finish before the worker goes. */
  shutdownGraceMs: number;
  source?: WorkflowSource;
}

const CONCURRENT_ACTIVITIES = 100;
const FORCE_AFTER_GRACE_MS = 5_000;

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
    ...(settings.source ?? workflowSource()),
  });
}
