import { conversationWorkflowId } from '../../contracts/conversation-workflow';
import { stepAt } from '../../domain/ladder';
import { contactView } from '../contact/contact-view';
import type { InFlight } from './in-flight';
import type { MessageRow } from './record-message';
import { episodeRef, hasEpisode, type EpisodeThread, type Thread } from './thread';

/** Address of a workflow in Temporal's Web UI; null where none is configured. */
export type WorkflowUrl = (workflowId: string) => string | null;

/** A conversation as every route answers it. Instants are ISO 8601 in UTC. */
export function conversationView(thread: Thread, workflowUrl: WorkflowUrl) {
  const { conversation, contact, sequence } = thread;
  const self = `/v1/conversations/${conversation.id}`;
  return {
    id: conversation.id,
    externalId: conversation.externalId,
    stage: conversation.stage,
    channel: conversation.channel,
    contact: contactView(contact),
    sequence: { name: sequence?.name ?? conversation.sequenceName, version: sequence?.version ?? null },
    episode: hasEpisode(thread) ? episodeView(thread) : null,
    variables: conversation.variables,
    createdAt: conversation.createdAt.toISOString(),
    updatedAt: conversation.updatedAt.toISOString(),
    links: { self, timeline: `${self}/timeline`, temporal: temporalLink(thread, workflowUrl) },
  };
}

/** Of the episode that was opened last; null when it was over as it was opened, and so never had a workflow. */
export function workflowIdOf(thread: Thread): string | null {
  if (!hasEpisode(thread)) return null;
  const { openedAt, endedAt } = thread.episode;
  const overAtOnce = endedAt?.getTime() === openedAt.getTime();
  return overAtOnce ? null : conversationWorkflowId(episodeRef(thread));
}

function temporalLink(thread: Thread, workflowUrl: WorkflowUrl): string | null {
  const workflowId = workflowIdOf(thread);
  return workflowId === null ? null : workflowUrl(workflowId);
}

function episodeView({ episode, sequence }: EpisodeThread) {
  return {
    number: episode.number,
    state: episode.state,
    openedAt: episode.openedAt.toISOString(),
    anchorAt: episode.anchorAt.toISOString(),
    endedAt: episode.endedAt?.toISOString() ?? null,
    stopReason: episode.stopReason,
    nudgesSent: episode.nudgesSent,
    pausedUntil: episode.pausedUntil?.toISOString() ?? null,
    next: nextView(episode, sequence),
  };
}

function nextView(episode: EpisodeThread['episode'], { ladder }: EpisodeThread['sequence']) {
  const { nextKind: kind, nextStep: step } = episode;
  if (episode.state === 'ended' || kind === null || step === null) return null;
  const ofStep = stepAt(ladder, step)?.stage ?? 'followup';
  return {
    kind,
    step,
    stage: kind === 'ghost' ? ('ghosted' as const) : ofStep,
    dueAt: episode.nextDueAt?.toISOString() ?? null,
    deferredBy: episode.deferredBy,
  };
}

export function messageView(row: MessageRow) {
  return {
    id: row.id,
    conversationId: row.conversationId,
    episode: row.episode,
    externalId: row.externalId,
    direction: row.direction,
    author: row.author,
    text: row.text,
    sentAt: row.sentAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

export function inFlightView(inFlight: InFlight[]) {
  return inFlight.map((delivery) => ({ ...delivery, claimedAt: delivery.claimedAt.toISOString() }));
}
