import type { ActInput, Snapshot } from '../../contracts/conversation-workflow';
import { PAUSE_RECHECK_MS, type GateVerdict } from '../../domain/gates';
import { actNow, isAskedEpisode, replacedSnapshot } from '../nudge/ask';
import type { VerbContext } from '../verb-context';
import { noteDecisions, updateEpisode } from './change-thread';
import { endEpisode } from './end-episode';
import { snapshotOf } from './snapshot';
import { lockThread } from './thread';

/**
 * The last wait is over and nobody answered: the conversation is ghosted, if the fence still stands. While the
 * organization is paused it is held like a step that falls due. Running it twice changes nothing.
 */
export async function ghostConversation(ctx: VerbContext, input: ActInput): Promise<Snapshot> {
  const thread = await lockThread(ctx, input.conversationId);
  thread.now = actNow(ctx, thread, input);
  if (!isAskedEpisode(thread, input)) return replacedSnapshot(thread, input);
  const { episode, conversation, organization } = thread;
  const stands =
    conversation.fence === input.revision && episode.state === 'waiting' && episode.nextKind === 'ghost';
  if (!stands) return snapshotOf(thread);
  if (organization.paused) {
    const nextAt = new Date(thread.now.getTime() + PAUSE_RECHECK_MS);
    const paused: GateVerdict = {
      gate: 'paused',
      verdict: 'defer',
      input: { organizationPaused: true },
      next: nextAt.toISOString(),
    };
    await updateEpisode(ctx, thread, { nextDueAt: nextAt, deferredBy: 'organization_paused' });
    await noteDecisions(ctx, thread, [{ step: input.step, verdict: 'defer', gates: [paused], nextAt }]);
    return snapshotOf(thread);
  }
  await endEpisode(ctx, thread, 'ghosted');
  return snapshotOf(thread);
}
