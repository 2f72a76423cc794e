import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  CONVERSATION_WORKFLOW,
  CHANGED_SIGNAL,
  conversationWorkflowId,
  ORGANIZATION_ATTRIBUTE,
  type ConversationInput,
  type EpisodeRef,
  type Snapshot,
} from '../contracts/conversation-workflow';
import type { EngineClient } from '../services/ports';
import { areOpen } from './open-workflows';

const CALL_LIMIT_MS = 5_000;
const organizationKey = defineSearchAttributeKey(ORGANIZATION_ATTRIBUTE, 'KEYWORD');

/** What every run of a conversation is started with. */
export interface StartSettings {
  taskQueue: string;
  /** How long before it is due a nudge is asked for. */
  nudgeLeadMs: number;
}

type ConversationStart = WorkflowStartOptions<(input: ConversationInput) => Promise<unknown>>;

/** Starts and signals conversations. Every call has a deadline; "already started" and "not found" are answers. */
export function createEngineClient(client: Client, settings: StartSettings): EngineClient {
  const limited = <T>(call: () => Promise<T>): Promise<T> =>
    client.connection.withDeadline(Date.now() + CALL_LIMIT_MS, call);

  return {
    async start(input) {
      try {
        await limited(() => client.workflow.start(CONVERSATION_WORKFLOW, startOptions(input, settings)));
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already';
        throw error;
      }
    },
    async signal(ref: EpisodeRef, snapshot: Snapshot) {
      try {
        const handle = client.workflow.getHandle(conversationWorkflowId(ref));
        await limited(() => handle.signal(CHANGED_SIGNAL, snapshot));
        return 'signalled';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'not_found';
        throw error;
      }
    },
    areOpen: (refs) => areOpen(client, limited, refs),
  };
}

/** The id makes a start happen once; a completed episode is never run again, a failed or terminated one may be. */
function startOptions(
  input: ConversationInput,
  { taskQueue, nudgeLeadMs }: StartSettings,
): ConversationStart {
  return {
    workflowId: conversationWorkflowId(input),
    taskQueue,
    args: [{ ...input, nudgeLeadMs }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    workflowIdConflictPolicy: 'FAIL',
    typedSearchAttributes: new TypedSearchAttributes([{ key: organizationKey, value: input.organizationId }]),
    staticSummary: `Conversation, episode ${input.episode}: ${input.snapshot.steps} steps, then ghosted`,
    staticDetails: [
      `- organization \`${input.organizationId}\``,
      `- conversation \`${input.conversationId}\`, episode ${input.episode}`,
      `- first: ${input.snapshot.next?.label ?? 'nothing'} at ${input.snapshot.next?.dueAt ?? '-'}`,
    ].join('\n'),
    priority: { priorityKey: 3, fairnessKey: input.organizationId },
  };
}
