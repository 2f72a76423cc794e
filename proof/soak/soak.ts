import { setTimeout as pause } from 'node:timers/promises';
import { collectRecords } from './collect-records';
import type { Proof, ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import { withStack } from '../stack/with-stack';
import { LIFE_MS, publishLadder, startFeed } from './feed';
import { judgeSoak } from './judge-soak';
import { startSampling } from './sampling';

const MINUTE_MS = 60_000;
/** Caches fill, and the first conversations reach their end. */
const LONGEST_WARM_UP_MS = 5 * MINUTE_MS;
const WARM_UP_SHARE = 0.25;
/** After the last life has ended: what is late, or should not come, would come within this. */
const QUIET_MS = 10_000;

export const soakProof: Proof = {
  name: 'soak',
  promise:
    'at rated load for as long as you like, nothing grows, nothing fails, nothing is lost or sent twice',
  lastsMinutes: true,
  run: (context) => withStack(context, {}, (stack) => runSoak(stack, context)),
};

async function runSoak(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const forMs = context.minutes * MINUTE_MS;
  const warmUpMs = Math.min(LONGEST_WARM_UP_MS, forMs * WARM_UP_SHARE);
  const tenant = await stack.tenant();
  await publishLadder(tenant);
  const beganAt = Date.now();
  const sampling = startSampling({ api: stack.api.pid, worker: stack.worker().pid });
  const collecting = collectRecords(stack.judge);
  context.say(
    `25 nudges a second for ${context.minutes} minutes, of which ${(warmUpMs / MINUTE_MS).toFixed(1)} warm up`,
  );
  const feed = startFeed(tenant, context.random, forMs);
  await pause(forMs);
  await sampling.stop();
  await feed.ended;
  context.say('the last ones live to their end');
  await pause(LIFE_MS + QUIET_MS);
  return judgeSoak({
    ...{ stack, tenant, minutes: context.minutes, lives: feed.lives, complaints: feed.complaints },
    growths: sampling.growthSince(beganAt + warmUpMs),
    records: await collecting.all(),
  });
}
