import { isHeld } from '../../domain/conversation';
import { AppError } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import { raiseFence } from './change-thread';
import { lockThread, type Thread } from './thread';

/**
 * Ends a hand-over or a closing: stage `engaged`; our next word opens an episode. Throws not_found, and conflict after
 * an opt-out (opt in first) or when nothing holds the conversation.
 */
export async function reopenConversation(ctx: VerbContext, conversationId: string): Promise<Thread> {
  const thread = await lockThread(ctx, conversationId);
  const { stopReason } = thread.conversation;
  if (stopReason === 'opted_out') {
    throw new AppError('conflict', 'The contact opted out; opt the contact in first.');
  }
  if (!isHeld(stopReason)) {
    throw new AppError('conflict', 'The conversation is neither handed off nor closed.');
  }
  await raiseFence(ctx, thread, { stage: 'engaged', stopReason: null });
  return thread;
}
