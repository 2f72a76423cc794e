import { conversationOut } from '../../src/contracts/http/conversation';
import { audit, complaints } from '../judging/audit';
import { byStep, perStep } from '../judging/per-step';
import type { ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { Cohort } from './cohort';
import type { Planted } from './plant-wrong-ways';
import type { RunFacts } from './run-facts';

interface Seen {
  /** null in the small form, which only replays. */
  planted: Planted | null;
  /** Runs with the marker before the patch was let go: must be none. */
  markedBefore: number;
  /** Runs with the marker when it was held again, and runs that the old build had to finish: else nothing was proven. */
  markedRunning: number;
  leftForTheOld: number;
}

export async function judgeUpgrade(
  stack: Stack,
  cohort: Cohort,
  runs: readonly RunFacts[],
  seen: Seen,
): Promise<ProofResult> {
  const rest = { to: null, keyed: true, arrival: 'must', stoppedAt: null, inFlight: [] } as const;
  const expected = cohort
    .started()
    .flatMap(({ id, dueAt }) => perStep({ ...rest, conversationId: id, dueAt }, cohort.steps));
  const records = await stack.judge.records();
  const own = records.filter(
    ({ conversationId }) => !(seen.planted?.conversationIds ?? []).includes(conversationId ?? ''),
  );
  const found = audit(expected, own.map(byStep));
  const failedTasks = runs.flatMap(({ failedTasks: failed }) => failed);
  const marked = runs.filter((run) => run.marked).length;
  return {
    figures: {
      'conversations, nudges': `${cohort.started().length}, ${expected.length}`,
      'lost, doubled': `${found.lost.length}, ${found.doubled.length}`,
      'failed workflow tasks': failedTasks.length,
      'tasks that a worker took with it, each 10 s late': runs.reduce(
        (sum, run) => sum + run.timedOutTasks,
        0,
      ),
      'runs that took the new way': marked,
      'of them finished after it was held again': seen.markedRunning,
      'runs that never met it': runs.length - marked,
      'left for the old build at last': seen.leftForTheOld,
      ...(seen.planted ? plantedFigure(seen.planted) : {}),
    },
    failures: [
      ...complaints(found),
      ...cohort.strangeAnswers().slice(0, 5),
      ...failedTasks.slice(0, 5),
      ...(await notEnded(cohort)),
      ...(runs.length === cohort.started().length
        ? []
        : [`${runs.length} runs for ${cohort.started().length} conversations`]),
      ...(seen.markedBefore > 0 ? [`${seen.markedBefore} runs met the patch while it was held`] : []),
      ...(seen.markedRunning === 0 ? ['no run had begun the new way when it was held again'] : []),
      ...(marked === runs.length ? ['no run was left on the old way'] : []),
      ...(seen.leftForTheOld === 0 ? ['nothing was left for the old build'] : []),
    ],
  };
}

function plantedFigure({ withoutMarker, wrongWayBack }: Planted) {
  return {
    'planted: tasks failed without a marker, and by the wrong way back': `${withoutMarker}, ${wrongWayBack}`,
  };
}

/** What the engine itself says at the end: ghosted, after all its nudges. */
async function notEnded({ tenant, started, steps }: Cohort): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id } of started()) {
    const { stage, episode } = conversationOut.parse(await tenant.must('GET', `/v1/conversations/${id}`));
    if (stage !== 'ghosted' || episode?.nudgesSent !== steps)
      wrong.push(`${id} is ${stage} after ${episode?.nudgesSent} nudges`);
  }
  return wrong.slice(0, 5);
}
