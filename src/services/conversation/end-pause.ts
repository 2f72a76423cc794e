import type { ActInput, Snapshot } from '../../contracts/conversation-workflow';
import { actNow, isAskedEpisode, replacedSnapshot } from '../nudge/ask';
import type { VerbContext } from '../verb-context';
import { resumeEpisode } from './resume-conversation';
import { snapshotOf } from './snapshot';
import { lockThread } from './thread';

/** A pause has come to its end by itself: resumes the episode if it is still that pause. Running it twice is harmless. */
export async function endPause(ctx: VerbContext, input: ActInput): Promise<Snapshot> {
  const thread = await lockThread(ctx, input.conversationId);
  thread.now = actNow(ctx, thread, input);
  if (!isAskedEpisode(thread, input)) return replacedSnapshot(thread, input);
  const { episode, conversation, now } = thread;
  const over = episode.pausedUntil !== null && episode.pausedUntil.getTime() <= now.getTime();
  if (conversation.fence === input.revision && episode.state === 'paused' && over) {
    await resumeEpisode(ctx, thread);
  }
  return snapshotOf(thread);
}
