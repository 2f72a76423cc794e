import { messageAnswer, messageBody } from '../../../contracts/http/conversation';
import { idParams } from '../../../contracts/http/fields';
import { recordMessage } from '../../../services/conversation/record-message';
import { conversationView, inFlightView, messageView } from '../../../services/conversation/view';
import { defineRoute } from '../../route';
import { about } from './about';

export const recordMessageRoute = defineRoute({
  method: 'post',
  path: '/v1/conversations/:id/messages',
  scope: 'write',
  tag: 'Conversations',
  summary: 'A word of either side',
  description:
    'An inbound word stops the episode: from the 2xx on no nudge of it begins but those named in `inFlight`. An ' +
    'outbound one opens the next episode or re-anchors the running one. 200 for an `externalId` that is stored.',
  params: idParams,
  body: messageBody,
  answers: { 200: messageAnswer, 201: messageAnswer },
  run: async (ctx) => {
    const result = await recordMessage(ctx, ctx.params.id, ctx.body);
    const { duplicate, message, effect, inFlight, thread } = result;
    return {
      status: duplicate ? 200 : 201,
      body: {
        message: messageView(message),
        effect,
        inFlight: inFlightView(inFlight),
        conversation: conversationView(thread, ctx.deps.workflowUrl),
      },
      about: about(thread),
      stoppedByReply: effect === 'stopped' || effect === 'opted_out',
    };
  },
});
