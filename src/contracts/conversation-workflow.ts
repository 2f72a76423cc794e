import type { ChannelKind, EpisodeState, NextKind, StopReason } from '../domain/conversation';

export const CONVERSATION_WORKFLOW = 'conversation';
export const RECONCILE_WORKFLOW = 'reconcile';
export const CHANGED_SIGNAL = 'changed';
export const RECONCILE_SCHEDULE_ID = 'followthrough-reconcile';

/** The one custom search attribute, given at start. */
export const ORGANIZATION_ATTRIBUTE = 'Organization';

export interface EpisodeRef {
  organizationId: string;
  conversationId: string;
  episode: number;
}

export function conversationWorkflowId(ref: EpisodeRef): string {
  return `conversation:${ref.organizationId}:${ref.conversationId}:${ref.episode}`;
}

/** `resume` is the end of a pause; the other two are what an episode waits for. */
export type SnapshotNextKind = NextKind | 'resume';

/** What the workflow needs to know of an episode at one revision. Instants are ISO strings: JSON keeps them. */
export interface Snapshot {
  revision: number;
  state: EpisodeState;
  stopReason: StopReason | null;
  steps: number;
  /** null when ended. `label` names the step for an operator: "10m nudge". */
  next: { kind: SnapshotNextKind; step: number; dueAt: string; label: string } | null;
}

export interface ConversationInput extends EpisodeRef {
  channel: ChannelKind;
  snapshot: Snapshot;
  /** Time the conversation skipped before this run (time machine); 0 in production. */
  clockOffsetMs: number;
  /**
   * How long before it is due a nudge is asked for (decision 0011); 50 ms for runs that 0.1.0 started without it. Input,
   * because a replay must set the same timers.
   */
  nudgeLeadMs?: number;
}

/** Input of every act of the workflow: whose episode, what is due when, under which fence, at the workflow's time. */
export interface ActInput extends EpisodeRef {
  channel: ChannelKind;
  revision: number;
  step: number;
  /** The workflow's time; a nudge is asked for a moment before it is due, and claimed when it is. */
  now: string;
  dueAt: string;
}

/** An act that is asked for early never waits longer than this: within its 20 s it has a call of 15 s to make. */
export const LONGEST_LEAD_MS = 2_000;

export interface ConversationActivities {
  sendNudge(input: ActInput): Promise<Snapshot>;
  ghostConversation(input: ActInput): Promise<Snapshot>;
  resumeConversation(input: ActInput): Promise<Snapshot>;
}
