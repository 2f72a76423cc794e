import { stopAnswer, stopBody } from '../../../contracts/http/conversation';
import { idParams } from '../../../contracts/http/fields';
import { stopConversation } from '../../../services/conversation/stop-conversation';
import { conversationView, inFlightView } from '../../../services/conversation/view';
import { defineRoute } from '../../route';
import { about } from './about';

export const stopConversationRoute = defineRoute({
  method: 'post',
  path: '/v1/conversations/:id/stop',
  scope: 'write',
  tag: 'Conversations',
  summary: 'Stop following up',
  description:
    'Stronger reasons replace weaker ones, weaker ones change nothing (`effect: "none"`). `cancelled` keeps the ' +
    "stage; `opted_out` is the contact's, on all channels.",
  params: idParams,
  body: stopBody,
  answers: { 200: stopAnswer },
  run: async (ctx) => {
    const { effect, inFlight, thread } = await stopConversation(ctx, ctx.params.id, ctx.body);
    const conversation = conversationView(thread, ctx.deps.workflowUrl);
    return {
      status: 200,
      body: { effect, inFlight: inFlightView(inFlight), conversation },
      about: about(thread),
    };
  },
});
