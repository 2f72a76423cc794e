import { waitFor } from '../../test/support/wait-for';
import type { ProofContext } from '../proof';
import type { Apps, WorkerChange } from '../stack/apps';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant, Started } from '../stack/tenant';
import type { ChangedBuild } from './changed-build';
import { begin } from './cohort';
import { openRuns, type Runs } from './run-facts';

const EACH = 2;
const LIMIT_MS = 30_000;

export interface Planted {
  /** Their calls are none of the judged ones. */
  conversationIds: string[];
  /** Failed workflow tasks that each wrong way led to. */
  withoutMarker: number;
  wrongWayBack: number;
}

/**
 * Does on a task queue of its own what must not be done, and throws unless it is seen: changes the workflow without a
 * marker, and gives runs that have met the marker back to the old build.
 */
export async function plantWrongWays(
  stack: Stack,
  { say }: Pick<ProofContext, 'say'>,
  builds: { marked: ChangedBuild; unmarked: ChangedBuild },
): Promise<Planted> {
  const apps = await stack.beside({});
  const tenant = await stack.tenant(apps);
  const steps = [
    { delay: '1s', template: 'proof' },
    { delay: '1h', template: 'proof' },
  ];
  await tenant.must('PUT', '/v1/sequences/planted', { steps, ghostAfter: '1d' });
  const runs = await openRuns(stack.temporalAddress, 'beside');
  try {
    const world = { stack, apps, tenant, runs };
    const old = await nudgedOnce(world);
    const withoutMarker = await failuresUnder(world, old, { file: builds.unmarked.worker });
    await apps.replaceWorker({ file: builds.marked.worker });
    const marked = await nudgedOnce(world);
    const wrongWayBack = await failuresUnder(world, marked, {});
    say(
      `planted a change without a marker and a wrong way back: ${withoutMarker} and ${wrongWayBack} tasks failed`,
    );
    return { conversationIds: [...old, ...marked].map(({ id }) => id), withoutMarker, wrongWayBack };
  } finally {
    await runs.close();
    // Else what cannot go on is tried again for as long as the proof lasts.
    await Promise.all([apps.worker().stop(), apps.api.stop()]);
  }
}

interface World {
  stack: Stack;
  apps: Apps;
  tenant: ProofTenant;
  runs: Runs;
}

/** Conversations that have acted under the worker that serves now. */
async function nudgedOnce({ stack, tenant }: World): Promise<Started[]> {
  const ones = await Promise.all(Array.from({ length: EACH }, () => begin(tenant, 'planted')));
  const allNudged = async () => {
    const records = await stack.judge.records();
    return ones.every(({ id }) => records.some(({ conversationId }) => conversationId === id));
  };
  await waitFor('the planted ones to be nudged', allNudged, LIMIT_MS);
  return ones;
}

/** Replaces the worker and wakes them: what it fails is in their histories. */
async function failuresUnder(
  { apps, tenant, runs }: World,
  ones: readonly Started[],
  change: WorkerChange,
): Promise<number> {
  await apps.replaceWorker(change);
  for (const { id } of ones) await tenant.must('POST', `/v1/conversations/${id}/send-now`);
  const failed = async () => {
    const facts = (await runs.all()).filter(({ conversationId }) =>
      ones.some(({ id }) => id === conversationId),
    );
    return facts.reduce((sum, { failedTasks }) => sum + failedTasks.length, 0) || null;
  };
  return waitFor('a non-determinism error to be seen', failed, LIMIT_MS);
}
