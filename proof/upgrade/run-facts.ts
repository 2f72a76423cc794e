import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { PATCH_ID } from './changed-build';

const { EventType, WorkflowTaskFailedCause: Cause } = temporal.api.enums.v1;
/** A worker that cannot go on; the others are the server's own, and harmless. */
const OURS = new Set<number>([
  Cause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
  Cause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
]);
const AT_ONCE = 16;

export interface RunFacts {
  workflowId: string;
  conversationId: string;
  /** It has met the patch and takes the new way from then on. */
  marked: boolean;
  /** Workflow tasks that a worker failed; the first of a row is written to the history. */
  failedTasks: string[];
  /** Tasks that the server had given to a worker that was gone: given again after 10 s. */
  timedOutTasks: number;
  events: number;
}

type Events = readonly temporal.api.history.v1.IHistoryEvent[];

const countOf = (events: Events, type: temporal.api.enums.v1.EventType) =>
  events.filter(({ eventType }) => eventType === type).length;

/** What Temporal's histories tell of the runs on one task queue. */
export async function openRuns(address: string, taskQueue: string) {
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection });
  const ofQueue = `WorkflowType = 'conversation' AND TaskQueue = '${taskQueue}'`;

  async function factsOf(workflowId: string): Promise<RunFacts> {
    const events = (await workflow.getHandle(workflowId).fetchHistory()).events ?? [];
    const failures = events.flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed ?? []);
    return {
      workflowId,
      conversationId: workflowId.split(':')[2] ?? '',
      marked: countOf(events, EventType.EVENT_TYPE_MARKER_RECORDED) > 0,
      timedOutTasks: countOf(events, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT),
      failedTasks: failures
        .filter(({ cause }) => OURS.has(cause ?? 0))
        .map(({ cause, failure }) => `${Cause[cause ?? 0]}: ${failure?.message?.slice(0, 160)}`),
      events: events.length,
    };
  }

  const marked = `${ofQueue} AND TemporalChangeVersion = '${PATCH_ID}'`;
  const count = async (query: string) => (await workflow.count(query)).count;

  return {
    /** Runs that have met the patch. */
    everMarked: () => count(marked),
    /** Those that are not over: while there is one, the older build must not come back. */
    marked: () => count(`${marked} AND ExecutionStatus = 'Running'`),
    async all(): Promise<RunFacts[]> {
      const ids: string[] = [];
      for await (const { workflowId } of workflow.list({ query: ofQueue })) ids.push(workflowId);
      const facts: RunFacts[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        facts.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map(factsOf))));
      }
      return facts;
    },
    history: (workflowId: string) => workflow.getHandle(workflowId).fetchHistory(),
    close: () => connection.close(),
  };
}
export type Runs = Awaited<ReturnType<typeof openRuns>>;
