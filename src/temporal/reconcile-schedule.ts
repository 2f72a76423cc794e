import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { RECONCILE_SCHEDULE_ID, RECONCILE_WORKFLOW } from '../contracts/conversation-workflow';
import type { ReconcileReport } from '../contracts/reconcile-workflow';

const EVERY = '15 minutes';

/** Makes sure that the reconciler's Schedule exists; several workers starting at once are fine. */
export async function ensureReconcileSchedule(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: scheduleId(taskQueue),
      spec: { intervals: [{ every: EVERY }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: EVERY },
      action: { type: 'startWorkflow', workflowType: RECONCILE_WORKFLOW, taskQueue, args: [] },
      memo: { purpose: 'compares PostgreSQL with Temporal and repairs what is missing' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

/** The same repair, by hand: runs once now and answers its report. */
export async function reconcileNow(client: Client, taskQueue: string): Promise<ReconcileReport> {
  const workflowId = `reconcile:by-hand:${taskQueue}`;
  return client.workflow.execute<() => Promise<ReconcileReport>>(RECONCILE_WORKFLOW, {
    workflowId,
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Reconcile, started by hand',
  });
}

const scheduleId = (taskQueue: string) => `${RECONCILE_SCHEDULE_ID}:${taskQueue}`;
