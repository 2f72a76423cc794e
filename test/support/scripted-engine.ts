import type { ConversationInput, EpisodeRef, Snapshot } from '../../src/contracts/conversation-workflow';
import { conversationWorkflowId } from '../../src/contracts/conversation-workflow';
import type { EngineClient } from '../../src/services/ports';

export interface EngineCall {
  kind: 'start' | 'signal';
  conversationId: string;
  episode: number;
  revision: number;
}

/**
 * Temporal as the outbox sees it, in memory: ids run, or have completed. `before` may wait or throw, as a network does,
 * so that a test can hold one delivery while another one comes.
 */
export function scriptedEngine() {
  const running = new Map<string, Snapshot>();
  const completed = new Set<string>();
  const calls: EngineCall[] = [];
  const hooks: { before: (call: EngineCall) => Promise<void> | void } = { before: () => undefined };
  const note = async (kind: EngineCall['kind'], ref: EpisodeRef, snapshot: Snapshot) => {
    const { conversationId, episode } = ref;
    const call = { kind, conversationId, episode, revision: snapshot.revision };
    calls.push(call);
    await hooks.before(call);
    return conversationWorkflowId(ref);
  };
  const client: EngineClient = {
    async start(input: ConversationInput) {
      const id = await note('start', input, input.snapshot);
      if (running.has(id) || completed.has(id)) return 'already';
      running.set(id, input.snapshot);
      return 'started';
    },
    async signal(ref, snapshot) {
      const id = await note('signal', ref, snapshot);
      const known = running.get(id);
      if (!known) return 'not_found';
      if (snapshot.revision > known.revision) running.set(id, snapshot);
      if (!snapshot.next) {
        running.delete(id);
        completed.add(id);
      }
      return 'signalled';
    },
    areOpen: async (refs) => refs.map((ref) => running.has(conversationWorkflowId(ref))),
  };
  return {
    client,
    calls,
    hooks,
    running,
    completed,
    /** Loses a workflow, as an operator's terminate does. */
    lose: (ref: EpisodeRef) => void running.delete(conversationWorkflowId(ref)),
    /** The revision that the workflow of an episode has; undefined when none runs. */
    revisionOf: (ref: EpisodeRef) => running.get(conversationWorkflowId(ref))?.revision,
  };
}
