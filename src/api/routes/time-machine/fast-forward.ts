import { fastForwardAnswer, fastForwardBody } from '../../../contracts/http/time-machine';
import { AppError } from '../../../domain/errors';
import { conversationView } from '../../../services/conversation/view';
import {
  fastForward,
  fastForwardAll,
  fastForwardToNext,
  type FastForwardResult,
  type FastForwardTools,
} from '../../../services/time-machine/fast-forward';
import { askTemporal } from '../../ask-temporal';
import { defineProcessRoute, type ApiDependencies, type Transact } from '../../route';

export const fastForwardRoute = defineProcessRoute({
  method: 'post',
  path: '/v1/time-machine/fast-forward',
  scope: 'write',
  tag: 'Time machine',
  summary: 'Move conversations through time',
  description:
    'For demos and tests: 404 unless the installation switched it on and its Temporal server can. What falls due on ' +
    'the way happens, each at its own time; the answer waits for it.',
  body: fastForwardBody,
  idempotent: true,
  answers: { 200: fastForwardAnswer },
  async run({ body, deps, transact }) {
    const tools = await toolsOf(deps, transact);
    const results = await move(tools, body);
    return { status: 200, body: { items: results.map((result) => view(result, deps)) } };
  },
});

type Wish = { conversationId?: string | undefined } & ({ by: number } | { to: 'next' });

async function move(tools: FastForwardTools, wish: Wish): Promise<FastForwardResult[]> {
  const { conversationId } = wish;
  if (conversationId === undefined) return 'by' in wish ? fastForwardAll(tools, wish.by) : [];
  if ('by' in wish) return [await fastForward(tools, conversationId, wish.by)];
  return [await fastForwardToNext(tools, conversationId)];
}

async function toolsOf(deps: ApiDependencies, transact: Transact): Promise<FastForwardTools> {
  const { timeMachine } = deps;
  if (!timeMachine || !(await askTemporal(() => timeMachine.isSupported()))) {
    throw new AppError('not_found', 'There is no time machine here.');
  }
  return {
    transact,
    deliver: (ref) => askTemporal(() => deps.deliver(ref)),
    timeMachine: {
      isSupported: () => timeMachine.isSupported(),
      fastForward: (ref, byMs) => askTemporal(() => timeMachine.fastForward(ref, byMs)),
    },
  };
}

function view({ thread, settled }: FastForwardResult, deps: ApiDependencies) {
  return {
    conversationId: thread.conversation.id,
    now: thread.now.toISOString(),
    stage: thread.conversation.stage,
    settled,
    conversation: conversationView(thread, deps.workflowUrl),
  };
}
