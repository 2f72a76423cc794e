import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import { startedOf, type ProofTenant } from '../stack/tenant';
import { drainOf, type Drain } from './drain-rate';
import { outages, type Outage } from './outages';

/** Many times what a worker may hold ready: the 200 that it is asked for early are no rate of the engine. */
const NUDGES = 1_000;
const CREATED_PER_SECOND = 25;
/** Long enough to create them all before the first is due. */
const DELAY_SECONDS = 50;
const AWAY_BEFORE_MS = 2_000;
const AWAY_MS = 10_000;
const DRAIN_LIMIT_MS = 180_000;
const LOOK_AGAIN_MS = 500;
const LEAST_SHARE = 0.8;
const MOST_ATTEMPTS = 2;
const CAUSES = ['PostgreSQL is stopped', 'Temporal is stopped', 'the provider answers 500'] as const;

/**
 * How fast a backlog of known size is gone: the same number of nudges falls due at one instant with nothing amiss (before
 * and after the outages, in the same run), and while something is away for 10 s.
 */
export async function measureDrains(stack: Stack, { say }: ProofContext): Promise<ProofResult> {
  const tenant = await stack.tenant();
  const steps = [{ delay: `${DELAY_SECONDS}s`, template: 'proof' }];
  await tenant.must('PUT', '/v1/sequences/drain', { steps, ghostAfter: '1d' });
  const all = outages(stack);
  say(`${NUDGES} nudges due at one instant, nothing amiss`);
  const normal = [await drain(stack, tenant, null)];
  const backlogs: { cause: string; drained: Drain }[] = [];
  for (const cause of CAUSES) {
    say(`${NUDGES} nudges due at one instant, while ${cause}`);
    backlogs.push({ cause, drained: await drain(stack, tenant, all[cause]) });
  }
  say('and once more, nothing amiss');
  normal.push(await drain(stack, tenant, null));
  return judgeDrains(normal, backlogs);
}

async function drain(stack: Stack, tenant: ProofTenant, outage: Outage | null): Promise<Drain> {
  // Its records are asked for again and again: they stay few.
  await stack.judge.clear();
  const { ids, dueAt } = await dueTogether(tenant);
  await pause(dueAt - AWAY_BEFORE_MS - Date.now());
  await outage?.(AWAY_MS);
  const backAt = outage === null ? dueAt : Date.now();
  const recordsOfThese = async () =>
    (await stack.judge.records()).filter(({ conversationId }) => ids.has(conversationId ?? ''));
  const isEmpty = async () => {
    await pause(LOOK_AGAIN_MS);
    const delivered = (await recordsOfThese()).filter(({ accepted }) => accepted);
    return new Set(delivered.map(({ conversationId }) => conversationId)).size === ids.size;
  };
  // What does not come is for the judge to name.
  await waitFor('the backlog to drain', isEmpty, DRAIN_LIMIT_MS).catch(() => undefined);
  return drainOf(await recordsOfThese(), ids.size, backAt);
}

/** All of them measured from one word of ours, so due at one instant. */
async function dueTogether(tenant: ProofTenant): Promise<{ ids: Set<string>; dueAt: number }> {
  const sentAt = new Date();
  const lastMessage = { direction: 'outbound', sentAt: sentAt.toISOString() };
  const beganAt = performance.now();
  const working: Promise<string>[] = [];
  for (let number = 0; number < NUDGES; number += 1) {
    await pause(Math.max(0, beganAt + (number * 1000) / CREATED_PER_SECOND - performance.now()));
    const externalId = randomBytes(8).toString('hex');
    const contact = { externalId, name: 'Ada', phone: '+442079460000' };
    const body = { externalId, contact, channel: 'webhook', sequence: 'drain', lastMessage };
    const created = tenant.must('POST', '/v1/conversations', body);
    working.push(created.then((answer) => startedOf(answer, '', 'webhook').id));
  }
  return { ids: new Set(await Promise.all(working)), dueAt: sentAt.getTime() + DELAY_SECONDS * 1000 };
}

function judgeDrains(
  normal: readonly Drain[],
  backlogs: readonly { cause: string; drained: Drain }[],
): ProofResult {
  const normalRate = normal.reduce((sum, { perSecond }) => sum + perSecond, 0) / normal.length;
  const shareOf = ({ perSecond }: Drain) => perSecond / normalRate;
  const told = ({ perSecond, firstMs, lastMs, attempts }: Drain) =>
    `${perSecond.toFixed(1)}/s, from ${(firstMs / 1000).toFixed(1)} to ${(lastMs / 1000).toFixed(1)} s, ` +
    `${attempts.toFixed(2)} attempts each`;
  const figures = backlogs.map(({ cause, drained }): [string, string] => [
    `backlog of ${NUDGES} after "${cause}"`,
    `${told(drained)}: ${Math.round(shareOf(drained) * 100)} % of the normal rate`,
  ]);
  return {
    figures: {
      [`${NUDGES} due at once, nothing amiss`]: normal.map(told).join('; '),
      ...Object.fromEntries(figures),
    },
    failures: backlogs.flatMap(({ cause, drained }) => [
      ...(drained.missing > 0 ? [`${drained.missing} nudges did not come after "${cause}"`] : []),
      ...(shareOf(drained) < LEAST_SHARE
        ? [
            `after "${cause}" the backlog drained at ${Math.round(shareOf(drained) * 100)} % of the normal rate`,
          ]
        : []),
      ...(drained.attempts > MOST_ATTEMPTS ? [`${drained.attempts} attempts a nudge after "${cause}"`] : []),
    ]),
  };
}
