import { conversationOut } from '../../../contracts/http/conversation';
import { idParams } from '../../../contracts/http/fields';
import { reopenConversation } from '../../../services/conversation/reopen-conversation';
import { resumeConversation } from '../../../services/conversation/resume-conversation';
import { sendNow } from '../../../services/conversation/send-now';
import { skipStep } from '../../../services/conversation/skip-step';
import type { Thread } from '../../../services/conversation/thread';
import { conversationView } from '../../../services/conversation/view';
import type { VerbContext } from '../../../services/verb-context';
import { defineRoute } from '../../route';
import { about } from './about';

/** A command without a body that answers the conversation. */
function defineCommand(
  name: string,
  summary: string,
  verb: (ctx: VerbContext, conversationId: string) => Promise<Thread>,
) {
  return defineRoute({
    method: 'post',
    path: `/v1/conversations/:id/${name}`,
    scope: 'write',
    tag: 'Conversations',
    summary,
    params: idParams,
    answers: { 200: conversationOut },
    run: async (ctx) => {
      const thread = await verb(ctx, ctx.params.id);
      return { status: 200, body: conversationView(thread, ctx.deps.workflowUrl), about: about(thread) };
    },
  });
}

export const reopenConversationRoute = defineCommand(
  'reopen',
  'End a hand-over or a closing; 409 after an opt-out',
  reopenConversation,
);
export const resumeConversationRoute = defineCommand(
  'resume',
  'End a pause; the episode goes on with the time it had left',
  resumeConversation,
);
export const skipStepRoute = defineCommand(
  'skip-step',
  'Skip the step that is next; 409 when it is claimed, paused, or no step is left',
  skipStep,
);
export const sendNowRoute = defineCommand('send-now', 'Make the next step due now; all gates hold', sendNow);
