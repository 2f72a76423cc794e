import { conversationOut } from '../../../contracts/http/conversation';
import { idParams } from '../../../contracts/http/fields';
import { readThread } from '../../../services/conversation/thread';
import { conversationView } from '../../../services/conversation/view';
import { defineRoute } from '../../route';
import { about } from './about';

export const getConversationRoute = defineRoute({
  method: 'get',
  path: '/v1/conversations/:id',
  scope: 'read',
  tag: 'Conversations',
  summary: 'One conversation',
  params: idParams,
  answers: { 200: conversationOut },
  run: async (ctx) => {
    const thread = await readThread(ctx, ctx.params.id);
    return { status: 200, body: conversationView(thread, ctx.deps.workflowUrl), about: about(thread) };
  },
});
