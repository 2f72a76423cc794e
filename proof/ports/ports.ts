import globalSetup from '../../test/support/global-setup';
import { createEngineWorld, type EngineWorld } from '../../test/support/engine-world';
import { quietTemporal } from '../../test/support/quiet-temporal';
import { stopKept } from '../../test/support/running-servers';
import type { Proof, ProofContext, ProofResult } from '../proof';
import { createRandom } from '../random';
import {
  createTrouble,
  failAfterCommits,
  failAfterEngineCalls,
  failAfterSends,
  type Trouble,
} from './failing-ports';
import { invariants, plantBrokenLives } from './invariants';
import { liveLife, type Life } from './life';

const SIZES = { small: 5, large: 500 } as const;
const LIVES_PER_SEED = 8;
/** Seeds that live at the same time in one database. */
const AT_ONCE = 5;
/** Databases at the same time: most of a life is waiting. */
const BATCHES_AT_ONCE = 4;

/** Whole lives on short real-time ladders, while every port does its work and then fails. */
export const portsProof: Proof = {
  name: 'ports',
  promise: 'work that was done and then reported as failed is neither lost nor done twice',
  async run(context) {
    // Every failed attempt would be a warning, and they are what is wanted here.
    quietTemporal('ERROR');
    const own = process.env.TEST_DATABASE_URL === undefined;
    if (own) await globalSetup();
    try {
      return await runSeeds(context);
    } finally {
      if (own) await stopKept();
    }
  },
};

async function runSeeds({ size, seed, say }: ProofContext): Promise<ProofResult> {
  plantBrokenLives();
  const failures: string[] = [];
  const sums = { calls: 0, struck: 0, lives: 0, sent: 0, unknown: 0 };
  const waiting = Array.from({ length: SIZES[size] / AT_ONCE }, (_, batch) => seed + batch * AT_ONCE);

  async function runWaiting(): Promise<void> {
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
      const batch = await runBatch(first);
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += batch[name];
      failures.push(...batch.failures.map((failure) => `seed ${first} and next: ${failure}`));
      // Told as it goes: a run that is stopped has said what it saw.
      say(`seeds ${first} to ${first + AT_ONCE - 1}: ${batch.failures.join('; ') || 'hold'}`);
    }
  }

  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, runWaiting));
  return {
    figures: {
      seeds: SIZES[size],
      lives: sums.lives,
      'calls of ports': sums.calls,
      'done, then failed': `${sums.struck} (${((100 * sums.struck) / sums.calls).toFixed(1)} %)`,
      'nudges sent, unknown': `${sums.sent}, ${sums.unknown}`,
      'broken invariants': failures.length,
    },
    failures: failures.slice(0, 20),
  };
}

async function runBatch(seed: number) {
  const random = createRandom(seed);
  const trouble = createTrouble(random);
  const world = await createEngineWorld({ wrapEngine: (engine) => failAfterEngineCalls(engine, trouble) });
  try {
    const lives = await liveAll(world, seed, trouble);
    const { failures, sent, unknown } = await invariants(world, lives);
    return { failures, sent, unknown, lives: lives.length, calls: trouble.calls(), struck: trouble.struck() };
  } finally {
    trouble.end();
    await world.close();
  }
}

async function liveAll(world: EngineWorld, seed: number, trouble: Trouble): Promise<Life[]> {
  const random = createRandom(seed + 1);
  const steps = [1_000, 2_000, 3_000].map((delayMs) => {
    return { delayMs, template: 'short', stage: 'followup' as const };
  });
  const organizationIds: string[] = [];
  for (let one = 0; one < AT_ONCE; one += 1) {
    organizationIds.push(await world.seed({ ladder: { steps, ghostAfterMs: 1_500 } }));
  }
  failAfterCommits(world.database, trouble);
  failAfterCommits(world.system, trouble);
  failAfterSends(world.webhook, trouble, random);
  failAfterSends(world.email, trouble, random);
  const lives = organizationIds.flatMap((organizationId) =>
    Array.from({ length: LIVES_PER_SEED }, () => liveLife(world, organizationId, random)),
  );
  return Promise.all(lives);
}
