import type { Snapshot } from '../../contracts/conversation-workflow';

/** Where the episode stands and what comes next, in words, for the operator who opens the workflow. No person, no text. */
export function currentDetails(snapshot: Snapshot): string {
  const { next, state, stopReason, revision } = snapshot;
  if (!next) return `**Ended**: ${stopReason ?? 'replaced'} (revision ${revision}).`;
  const stands = state === 'paused' ? '**Paused**' : '**Waiting** for an answer';
  return `${stands}. Next: ${next.label}, due ${next.dueAt} (revision ${revision}).`;
}
