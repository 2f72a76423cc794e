import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import type { Proof, ProofContext, ProofResult } from '../proof';
import { buildApp, type AppBuild } from '../stack/app-build';
import type { WorkerChange } from '../stack/apps';
import type { Stack } from '../stack/start-stack';
import { withStack } from '../stack/with-stack';
import { changedBuild, PATCH_ID, type ChangedBuild } from './changed-build';
import { createCohort, type Cohort } from './cohort';
import { judgeUpgrade } from './judge-upgrade';
import { plantWrongWays } from './plant-wrong-ways';
import { replayWrongWays } from './replay-wrong-ways';
import { openRuns, type Runs } from './run-facts';

const SIZES = {
  small: { waiting: 20, perSecond: 3, stepSeconds: [2, 4], ghostSeconds: 1, stayMs: 300, endLimitMs: 90_000 },
  large: {
    waiting: 500,
    perSecond: 1,
    stepSeconds: [45, 90, 135],
    ghostSeconds: 5,
    stayMs: 20_000,
    endLimitMs: 600_000,
  },
} as const;

export const upgradeProof: Proof = {
  name: 'upgrade',
  promise: 'a changed workflow is rolled out and taken back under load, and no conversation notices',
  async run(context) {
    // Bundled while the servers start.
    const building = buildChanged(await buildApp());
    building.catch(() => undefined);
    return withStack(context, {}, async (stack) => runUpgrade(stack, context, await building));
  },
};

async function buildChanged(build: AppBuild) {
  return { marked: await changedBuild(build, 'marked'), unmarked: await changedBuild(build, 'unmarked') };
}

async function runUpgrade(
  stack: Stack,
  context: ProofContext,
  builds: Awaited<ReturnType<typeof buildChanged>>,
): Promise<ProofResult> {
  const size = SIZES[context.size];
  const planting = context.size === 'large' ? plantWrongWays(stack, context, builds) : Promise.resolve(null);
  const cohort = await createCohort(await stack.tenant(), size);
  context.say(`${size.waiting} conversations wait, ${size.perSecond} a second come`);
  await cohort.waiting();
  const runs = await openRuns(stack.temporalAddress, 'followthrough');
  try {
    const stages = await rollOutAndBack(stack, context, { builds, cohort, runs });
    await cohort.ended(size.endLimitMs);
    const facts = await runs.all();
    context.say(await replayWrongWays(runs, facts, { old: stack.build, ...builds }));
    return await judgeUpgrade(stack, cohort, facts, { planted: await planting, ...stages });
  } finally {
    await cohort.stopComing();
    await runs.close();
    // Its own failure is what is told, not that its stack is gone.
    await planting.catch(() => undefined);
  }
}

interface Course {
  builds: { marked: ChangedBuild };
  cohort: Cohort;
  runs: Runs;
}

/** The way of docs/operations.md, there and back; each worker is replaced while conversations wait and fall due. */
async function rollOutAndBack(stack: Stack, { say, size }: ProofContext, course: Course) {
  const { builds, cohort, runs } = course;
  const { stayMs, endLimitMs } = SIZES[size];
  const held: WorkerChange = { file: builds.marked.worker, env: { HELD_PATCHES: PATCH_ID } };
  const to = async (what: string, change: WorkerChange) => {
    say(`to ${what}`);
    await stack.replaceWorker(change);
    await pause(stayMs);
  };
  await to('the new build, its patch held', held);
  if (size === 'large') {
    await to('the old build: while the patch is held, nothing forbids it', {});
    await to('the new build, its patch held', held);
  }
  const markedBefore = await runs.everMarked();
  await to('the new build with its patch', { file: builds.marked.worker });
  const markedRunning = await waitFor('runs to take the new way', async () => (await runs.marked()) || null);
  await to('the new build, its patch held again', held);
  const noneMarked = async () => (await runs.marked()) === 0;
  await waitFor('all that have begun the new way to end', noneMarked, endLimitMs);
  await cohort.stopComing();
  const leftForTheOld = await cohort.running();
  await to('the old build', {});
  return { markedBefore, markedRunning, leftForTheOld };
}
