import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { EventType } = temporal.api.enums.v1;

/** What time skipping adds to a history; it exists in tests and the demo only. */
const OF_TIME_SKIPPING = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
]);
/** What Temporal Cloud bills of ours: one Action each. */
const BILLABLE = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_MARKER_RECORDED,
]);

export interface HistoryFacts {
  /** Number of events without those of time skipping. */
  events: number;
  actions: number;
  /** How often an event occurs, by its name: "TIMER_STARTED". */
  count(name: string): number;
  /** Name of the newest event. */
  last: string;
  timerSummaries: string[];
  startSummary: string;
  startDetails: string;
  /** Everything that can be read in it, payloads decoded. */
  text: string;
}

export async function historyFacts(handle: WorkflowHandle): Promise<HistoryFacts> {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  const own = all.filter(({ eventType }) => !OF_TIME_SKIPPING.has(eventType ?? 0));
  const [started] = all;
  return {
    events: own.length,
    actions: own.filter(({ eventType }) => BILLABLE.has(eventType ?? 0)).length,
    count: (name) => all.filter((event) => nameOf(event) === name).length,
    last: nameOf(all.at(-1)),
    timerSummaries: all
      .filter(({ eventType }) => eventType === EventType.EVENT_TYPE_TIMER_STARTED)
      .map(({ userMetadata }) => textOf(userMetadata?.summary)),
    startSummary: textOf(started?.userMetadata?.summary),
    startDetails: textOf(started?.userMetadata?.details),
    text: readable(all),
  };
}

const nameOf = (event: temporal.api.history.v1.IHistoryEvent | undefined): string =>
  (EventType[event?.eventType ?? 0] ?? '').replace('EVENT_TYPE_', '');

/** A JSON payload's string. */
function textOf(payload: temporal.api.common.v1.IPayload | null | undefined): string {
  if (!payload?.data) return '';
  const value: unknown = JSON.parse(Buffer.from(payload.data).toString('utf8'));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** As JSON, with the data of every payload decoded: in the JSON of a history it is base64. */
function readable(events: unknown): string {
  return JSON.stringify(JSON.parse(JSON.stringify(events)), (name, field: unknown) =>
    name === 'data' && typeof field === 'string' ? Buffer.from(field, 'base64').toString('utf8') : field,
  );
}
