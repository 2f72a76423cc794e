import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { conversationWorkflowId, type EpisodeRef } from '../contracts/conversation-workflow';

const LIST_AT_ONCE = 100;
const DESCRIBE_AT_ONCE = 8;

type Limited = <T>(call: () => Promise<T>) => Promise<T>;

/** Whether an open workflow exists for each. The list lags behind: whoever is not on it is asked for by name. */
export async function areOpen(client: Client, limited: Limited, refs: EpisodeRef[]): Promise<boolean[]> {
  const open = new Set<string>();
  for (let from = 0; from < refs.length; from += LIST_AT_ONCE) {
    const ids = refs.slice(from, from + LIST_AT_ONCE).map(conversationWorkflowId);
    for (const id of await listOpen(client, limited, ids)) open.add(id);
  }
  const doubtful = refs.map(conversationWorkflowId).filter((id) => !open.has(id));
  for (let from = 0; from < doubtful.length; from += DESCRIBE_AT_ONCE) {
    const slice = doubtful.slice(from, from + DESCRIBE_AT_ONCE);
    const answers = await Promise.all(slice.map((id) => isOpen(client, limited, id)));
    slice.forEach((id, i) => answers[i] && open.add(id));
  }
  return refs.map((ref) => open.has(conversationWorkflowId(ref)));
}

function listOpen(client: Client, limited: Limited, workflowIds: string[]): Promise<Set<string>> {
  const ids = workflowIds.map((id) => `'${id}'`).join(', ');
  const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids})`;
  return limited(async () => {
    const open = new Set<string>();
    const listed = client.workflow.list({ query, pageSize: LIST_AT_ONCE });
    for await (const { workflowId } of listed) open.add(workflowId);
    return open;
  });
}

async function isOpen(client: Client, limited: Limited, workflowId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await limited(() => handle.describe());
    return status.name === 'RUNNING' || status.name === 'PAUSED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
