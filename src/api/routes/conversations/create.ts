import { conversationOut, createConversationBody } from '../../../contracts/http/conversation';
import { createConversation } from '../../../services/conversation/create-conversation';
import { conversationView } from '../../../services/conversation/view';
import { defineRoute } from '../../route';
import { about } from './about';

export const createConversationRoute = defineRoute({
  method: 'post',
  path: '/v1/conversations',
  scope: 'write',
  tag: 'Conversations',
  summary: 'Follow up a contact',
  description:
    'Without `lastMessage`: our word went out just now. 201 created; 200 when the `externalId` exists already: the ' +
    'stored conversation, nothing changed, nothing started.',
  body: createConversationBody,
  answers: { 200: conversationOut, 201: conversationOut },
  run: async (ctx) => {
    const { created, thread } = await createConversation(ctx, ctx.body);
    const body = conversationView(thread, ctx.deps.workflowUrl);
    return { status: created ? 201 : 200, body, about: about(thread) };
  },
});
