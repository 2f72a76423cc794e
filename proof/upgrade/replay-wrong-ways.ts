import { Worker } from '@temporalio/worker';
import { quietTemporal } from '../../test/support/quiet-temporal';
import type { AppBuild } from '../stack/app-build';
import type { RunFacts, Runs } from './run-facts';

type Bundled = Pick<AppBuild, 'bundle'>;

/** Of a run that has acted at least once. */
const ACTED_EVENTS = 15;
const NON_DETERMINISM = /nondeterminism|TMPRL1100/i;

/**
 * Replays what was just lived by builds that must not take it up: a run with the marker by the old build, one of the old
 * way by the change without a marker. Throws unless both fail.
 */
export async function replayWrongWays(
  runs: Runs,
  facts: readonly RunFacts[],
  builds: { old: Bundled; unmarked: Bundled },
): Promise<string> {
  quietTemporal('ERROR');
  const marked = facts.find((run) => run.marked);
  const unmarked = facts.find((run) => !run.marked && run.events > ACTED_EVENTS);
  if (!marked || !unmarked) throw new Error('there is no run of each kind to replay');
  const replay = async ({ bundle }: Bundled, { workflowId }: RunFacts) => {
    const workflowBundle = { codePath: bundle };
    await Worker.runReplayHistory({ workflowBundle }, await runs.history(workflowId));
  };
  await mustFail('the old build replays a run with the marker', replay(builds.old, marked));
  await mustFail('a change without a marker replays older runs', replay(builds.unmarked, unmarked));
  return 'replayed: a change without a marker and the wrong way back both lead to non-determinism';
}

async function mustFail(what: string, replayed: Promise<void>): Promise<void> {
  const failure = await replayed.then(
    () => null,
    (error: unknown) => String(error),
  );
  if (failure === null || !NON_DETERMINISM.test(failure))
    throw new Error(`${what}: ${failure ?? 'no error'}`);
}
