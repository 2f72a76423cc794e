import type { ConversationInput, Snapshot } from '../../contracts/conversation-workflow';
import { formatDuration } from '../../domain/durations';
import { stepAt, stepCount } from '../../domain/ladder';
import { episodeRef, type EpisodeThread } from './thread';

type Facts = Pick<EpisodeThread, 'conversation' | 'episode' | 'sequence'>;

/** What the workflow needs to know, at the revision that stands now. Steps and ids only: no text, no person. */
export function snapshotOf(thread: Facts): Snapshot {
  const { episode, sequence, conversation } = thread;
  const superseded = conversation.episode !== episode.number;
  const steps = stepCount(sequence.ladder);
  const { revision, stopReason, state } = episode;
  if (superseded) return { revision, state: 'ended', stopReason, steps, next: null };
  return { revision: conversation.fence, state, stopReason, steps, next: nextOf(thread) };
}

/** What the episode's workflow is started with. */
export function startInputOf(thread: Facts): ConversationInput {
  const { channel, clockOffsetMs } = thread.conversation;
  return { ...episodeRef(thread), channel, snapshot: snapshotOf(thread), clockOffsetMs };
}

function nextOf({ episode, sequence }: Facts): Snapshot['next'] {
  const step = episode.nextStep ?? 0;
  if (episode.state === 'paused' && episode.pausedUntil) {
    return { kind: 'resume', step, dueAt: episode.pausedUntil.toISOString(), label: 'end of the pause' };
  }
  if (episode.state !== 'waiting' || !episode.nextKind || !episode.nextDueAt) return null;
  const dueAt = episode.nextDueAt.toISOString();
  if (episode.nextKind === 'ghost') return { kind: 'ghost', step, dueAt, label: 'ghosted if still silent' };
  const delayMs = stepAt(sequence.ladder, step)?.delayMs ?? 0;
  const of = stepCount(sequence.ladder);
  return { kind: 'nudge', step, dueAt, label: `step ${step} of ${of}: ${formatDuration(delayMs)} nudge` };
}
