import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import { audit, complaints, type Expectation } from '../judging/audit';
import type { Proof, ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant } from '../stack/tenant';
import { withStack } from '../stack/with-stack';
import { measureDrains } from './drain';
import { startLoad, type Load } from './load';
import { outages } from './outages';

const SIZES = {
  small: { outageMs: 2_000, betweenMs: 1_000, perSecond: 6 },
  large: { outageMs: 30_000, betweenMs: 15_000, perSecond: 10 },
} as const;
const DRAIN_LIMIT_MS = 120_000;
const LOOK_AGAIN_MS = 500;
const MOST_ATTEMPTS_PER_JOB = 2;
/** A repeat that should not be would come within this. */
const QUIET_MS = 3_000;

export const outageProof: Proof = {
  name: 'outage',
  promise: 'whatever goes away and comes back, nothing acknowledged is lost and nothing is sent twice',
  run: (context) => withStack(context, {}, (stack) => runOutages(stack, context)),
};

async function runOutages(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const { outageMs, betweenMs, perSecond } = SIZES[context.size];
  const tenant = await stack.tenant();
  const load = startLoad(tenant, perSecond);
  for (const [name, cause] of Object.entries(outages(stack))) {
    context.say(`${outageMs / 1000} s: ${name}`);
    await pause(betweenMs);
    await cause(outageMs);
  }
  await pause(betweenMs);
  await load.stop();
  const endedAt = Date.now();
  const drainedMs = (await drained(stack, load)) - endedAt;
  const judged = await judgeOutages(stack, tenant, load, drainedMs);
  if (context.size === 'small') return judged;
  const drains = await measureDrains(stack, context);
  return {
    figures: { ...judged.figures, ...drains.figures },
    failures: [...judged.failures, ...drains.failures],
  };
}

/** When the last acknowledged one arrived, or the limit. */
async function drained({ judge }: Stack, load: Load): Promise<number> {
  const all = async () => {
    await pause(LOOK_AGAIN_MS);
    const seen = new Set(
      (await judge.records()).flatMap(({ accepted, conversationId }) => (accepted ? [conversationId] : [])),
    );
    return load.accepted().every(({ id }) => seen.has(id)) && Date.now();
  };
  // What never arrives is for the audit to name.
  return waitFor('the backlog to drain', all, DRAIN_LIMIT_MS).catch(() => Date.now());
}

async function judgeOutages(
  stack: Stack,
  tenant: ProofTenant,
  load: Load,
  drainedMs: number,
): Promise<ProofResult> {
  await pause(QUIET_MS);
  const accepted = load.accepted();
  const expected = accepted.map(({ id, dueAt }): Expectation => ({
    ...{ conversationId: id, to: null, keyed: true, dueAt, arrival: 'must', stoppedAt: null, inFlight: [] },
  }));
  const found = audit(expected, await stack.judge.records());
  const { http } = await stack.judge.stats();
  const unstored: string[] = [];
  for (const { id } of accepted) {
    if ((await tenant.call('GET', `/v1/conversations/${id}`)).status !== 200) unstored.push(id);
  }
  const attemptsPerJob = http.requests / Math.max(1, accepted.length);
  return {
    figures: {
      outages: Object.keys(outages(stack)).length,
      'conversations acknowledged': accepted.length,
      'answers by status': JSON.stringify(load.statuses()),
      'lost, doubled': `${found.lost.length}, ${found.doubled.length}`,
      'accepted again under the same key': http.repeats,
      'attempts per job': attemptsPerJob.toFixed(2),
      'drained after the last outage, s': (drainedMs / 1000).toFixed(1),
    },
    failures: [
      ...complaints(found),
      ...load.strangeAnswers().map((answer) => `an outage was answered with ${answer}`),
      ...unstored.map((id) => `${id} was acknowledged and is not stored`),
      ...(attemptsPerJob > MOST_ATTEMPTS_PER_JOB ? [`${attemptsPerJob} attempts per job`] : []),
    ],
  };
}
