import type { Client } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { conversationWorkflowId, type EpisodeRef } from '../contracts/conversation-workflow';
import type { TimeMachine } from '../services/ports';

const { FastForwardPollingResult: Result } = temporal.api.enums.v1;
const GRPC_UNIMPLEMENTED = 12;
const CALL_LIMIT_MS = 30_000;
/** A skip that real time overtakes before the server applies it has no end: it runs on to the next timer. */
const SHORTEST_SKIP_MS = 1_000;

/**
 * Moves single workflows ahead with the server's per-workflow time skipping. The one module that knows how. The server
 * must run with `frontend.WorkflowTimeSkippingEnabled`; production servers do not.
 */
export function createTimeMachine(client: Client): TimeMachine {
  return {
    isSupported: () => isSupported(client),
    async fastForward(ref, byMs) {
      if (byMs < SHORTEST_SKIP_MS) {
        await wait(byMs);
        return { skippedMs: 0, ended: false };
      }
      const before = await aheadMs(client, ref);
      const completed = await skip(client, ref, byMs);
      // Measured even when it completed: the real time that the jump took is part of `byMs`.
      const skippedMs = Math.max(0, (await aheadMs(client, ref)) - before);
      return { skippedMs, ended: !completed };
    },
  };
}

/** How far the workflow's clock is ahead of real time, in ms. */
async function aheadMs(client: Client, ref: EpisodeRef): Promise<number> {
  const handle = client.workflow.getHandle(conversationWorkflowId(ref));
  const { raw } = await limited(client, () => handle.describe());
  const virtualMs = optionalTsToMs(raw.workflowExtendedInfo?.timeSkippingInfo?.currentTime);
  return virtualMs === undefined ? 0 : virtualMs - Date.now();
}

/** True when the skip completed, false when the workflow ended on the way. */
async function skip(client: Client, ref: EpisodeRef, byMs: number): Promise<boolean> {
  const id = randomUUID();
  const fastForwardConfig = { id, duration: msToTs(byMs) };
  await limited(client, () =>
    client.workflowService.updateWorkflowExecutionOptions({
      ...targetOf(client, ref),
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true, fastForwardConfig } },
      updateMask: { paths: ['time_skipping_config'] },
    }),
  );
  for (;;) {
    const poll = await limited(client, () =>
      client.workflowService.pollWorkflowExecutionTimeSkipping({
        ...targetOf(client, ref),
        fastForwardId: id,
      }),
    );
    const result = poll.fastForwardPollingResult;
    if (result === Result.FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT) continue;
    return result === Result.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED;
  }
}

/** A server without time skipping says so even about a workflow that does not exist. */
async function isSupported(client: Client): Promise<boolean> {
  const nobody = { organizationId: '-', conversationId: '-', episode: 0 };
  try {
    await limited(client, () =>
      client.workflowService.updateWorkflowExecutionOptions({
        ...targetOf(client, nobody),
        workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
        updateMask: { paths: ['time_skipping_config'] },
      }),
    );
    return true;
  } catch (error) {
    return grpcCode(error) !== GRPC_UNIMPLEMENTED;
  }
}

function limited<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.connection.withDeadline(Date.now() + CALL_LIMIT_MS, call);
}

function targetOf(client: Client, ref: EpisodeRef) {
  return {
    namespace: client.options.namespace,
    workflowExecution: { workflowId: conversationWorkflowId(ref) },
  };
}

function grpcCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
