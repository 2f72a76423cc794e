import { WorkflowNotFoundError } from '@temporalio/client';
import { conversationWorkflowId } from '../../src/contracts/conversation-workflow';
import type { EngineWorld } from '../../test/support/engine-world';
import { waitFor } from '../../test/support/wait-for';
import type { Engine } from './engine';
import { running, type Model } from './model';

/** A worker that dies may take a task with it: the server waits 20 s for its act. */
const LIMIT_MS = 60_000;

/** In the end exactly the running episodes have an open workflow: no signal and no start was lost. */
export async function expectWorkflows(model: Model, { world, organizationId, ids }: Engine): Promise<void> {
  const expected = [...model.conversations].flatMap(([place, c]) =>
    Array.from({ length: c.episode?.number ?? 0 }, (_, index) => {
      const ref = { organizationId, conversationId: ids.get(place) ?? '', episode: index + 1 };
      return { place, ref, open: running(c)?.number === ref.episode };
    }),
  );
  await Promise.all(
    expected.map(({ place, ref, open }) =>
      waitFor(
        `the workflow of conversation ${place}, episode ${ref.episode}, to be ${open ? 'open' : 'over'}`,
        async () => (await isOpen(world, conversationWorkflowId(ref))) === open,
        LIMIT_MS,
      ),
    ),
  );
}

async function isOpen({ client }: EngineWorld, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
