import { workflowIdOf } from '../../../services/conversation/view';
import type { Thread } from '../../../services/conversation/thread';

/** What the request's log line says of a conversation. */
export function about(thread: Thread) {
  return { conversationId: thread.conversation.id, workflowId: workflowIdOf(thread) };
}
