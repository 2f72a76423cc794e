import { conversationOut, pauseBody } from '../../../contracts/http/conversation';
import { idParams } from '../../../contracts/http/fields';
import { pauseConversation } from '../../../services/conversation/pause-conversation';
import { conversationView } from '../../../services/conversation/view';
import { defineRoute } from '../../route';
import { about } from './about';

export const pauseConversationRoute = defineRoute({
  method: 'post',
  path: '/v1/conversations/:id/pause',
  scope: 'write',
  tag: 'Conversations',
  summary: 'Hold the episode and keep its remaining time',
  description: '`until` defaults to 30 days and is at most a year ahead.',
  params: idParams,
  body: pauseBody,
  answers: { 200: conversationOut },
  run: async (ctx) => {
    const thread = await pauseConversation(ctx, ctx.params.id, ctx.body.until);
    return { status: 200, body: conversationView(thread, ctx.deps.workflowUrl), about: about(thread) };
  },
});
