import { Client, Connection } from '@temporalio/client';
import { conversationWorkflowId } from '../../src/contracts/conversation-workflow';
import type { Stack } from '../stack/start-stack';

/** What the worker's own metrics say of its workflow tasks. */
export async function workflowTasks({ workerUrl }: Stack): Promise<{ done: number; failed: number }> {
  const text = await (await fetch(`${workerUrl()}/metrics`)).text();
  return {
    done: sumOf(text, 'temporal_workflow_task_execution_latency_milliseconds_count'),
    failed: sumOf(text, 'temporal_workflow_task_execution_failed_total'),
  };
}

/** Over all labels; 0 while nothing was counted. */
export function sumOf(metrics: string, name: string): number {
  const values = metrics.matchAll(new RegExp(`^${name}(?:{[^\\n]*})? (\\S+)$`, 'gm'));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Number of events of each conversation's first episode. */
export async function historyLengths(
  { temporalAddress }: Stack,
  organizationId: string,
  conversationIds: readonly string[],
): Promise<number[]> {
  const connection = await Connection.connect({ address: temporalAddress });
  const { workflow } = new Client({ connection });
  const lengths: number[] = [];
  for (const conversationId of conversationIds) {
    const workflowId = conversationWorkflowId({ organizationId, conversationId, episode: 1 });
    lengths.push((await workflow.getHandle(workflowId).describe()).historyLength);
  }
  await connection.close();
  return lengths;
}
