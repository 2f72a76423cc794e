import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import type { ProofContext, ProofResult } from '../proof';
import { holdConversations, readDeliveries, type Hold } from '../stack/database-hold';
import { openSilentLine } from '../stack/silent-line';
import type { Stack } from '../stack/start-stack';
import type { ChannelName, ProofTenant, Started } from '../stack/tenant';
import { judgeDeath } from './judge-death';

const CHANNELS: readonly ChannelName[] = ['webhook', 'email'];
const HELD_MS = 6_000;
const REPEATS = { small: 1, large: 5 } as const;

/** Kills the worker while sends stand at every point of their way, on both channels at once. */
export async function dieAtEachPoint(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const failures: string[] = [];
  let slowestMs = 0;
  for (let round = 1; round <= REPEATS[context.size]; round += 1) {
    context.say(`round ${round}: one kill, sends standing at each of five points, webhook and e-mail`);
    await stack.judge.clear();
    const { result, recoveryMs } = await oneRound(stack);
    failures.push(...result.failures.map((failure) => `points, round ${round}: ${failure}`));
    slowestMs = Math.max(slowestMs, recoveryMs);
  }
  return {
    figures: {
      'points of death x channels x rounds': `5 x 2 x ${REPEATS[context.size]}`,
      'all settled after the kill, slowest, ms': slowestMs,
    },
    failures,
  };
}

interface Standing {
  tenant: ProofTenant;
  /** Before the claim. */
  unclaimed: Started[];
  /** Claimed, the call on a line that leads nowhere. */
  unheard: Started[];
  /** The provider has taken it over and not answered. */
  held: Started[];
  /** Answered; our record waits for a lock. */
  unrecorded: Started[];
  /** Recorded; Temporal cannot be told. */
  untold: Started[];
}

async function oneRound(stack: Stack) {
  const line = await openSilentLine();
  const [tenant, other] = [await stack.tenant(), await stack.tenant()];
  await other.must('PUT', '/v1/channels/webhook', { url: `http://127.0.0.1:${line.port}/` });
  await other.must('PUT', '/v1/channels/email', {
    from: 'us@example.com',
    smtpUrl: `smtp://127.0.0.1:${line.port}`,
  });
  const both = (who: ProofTenant) =>
    Promise.all(CHANNELS.map((channel) => who.create({ channel, ladder: 'later' })));
  const standing: Standing = {
    tenant,
    unclaimed: await both(tenant),
    unheard: await both(other),
    held: await both(tenant),
    unrecorded: await both(tenant),
    untold: await both(tenant),
  };
  const { killedAt, holds } = await bringIntoPosition(stack, standing, line.calls);
  await line.close();
  await other.must('PUT', '/v1/channels/webhook', { url: stack.judge.url });
  await other.must('PUT', '/v1/channels/email', { from: 'us@example.com', smtpUrl: stack.judge.smtpUrl });
  await Promise.all(holds.map((hold) => hold.release()));
  await answerAtOnce(stack);
  await stack.startWorker();
  const all = [standing.unclaimed, standing.unheard, standing.held, standing.unrecorded, standing.untold];
  return judgeDeath({
    ...{ stack, killedAt, conversations: all.flat() },
    tenants: [tenant, other],
    // Nobody can tell these two from one that was taken over.
    mayBeUnknown: [...standing.unheard, ...standing.held, ...standing.unrecorded],
  });
}

async function bringIntoPosition(stack: Stack, standing: Standing, callsOnLine: () => number) {
  const { tenant, unclaimed, unheard, held, unrecorded, untold } = standing;
  const { databaseUrl, judge } = stack;
  await answerLate(stack, [...unrecorded, ...untold], held);
  const hold = (ones: Started[]): Promise<Hold> =>
    holdConversations(
      databaseUrl,
      tenant.organizationId,
      ones.map(({ id }) => id),
    );
  const beforeClaim = await hold(unclaimed);
  const holds = [beforeClaim];
  const waiting = [...held, ...unrecorded, ...untold];
  await waitFor('all calls to be under way', async () => {
    const { http, smtp } = await judge.stats();
    return http.requests + smtp.requests >= waiting.length && callsOnLine() >= unheard.length;
  });
  await beforeClaim.blocked(unclaimed.length);
  const beforeRecord = await hold(unrecorded);
  holds.push(beforeRecord);
  stack.temporal.freeze();
  await beforeRecord.blocked(unclaimed.length + unrecorded.length);
  await waitFor('the last two to be recorded', async () => {
    const rows = await readDeliveries(databaseUrl, tenant.organizationId);
    const isSent = ({ id }: Started) =>
      rows.some(({ conversationId, status }) => conversationId === id && status === 'sent');
    return untold.every(isSent);
  });
  const killedAt = Date.now();
  await stack.worker().kill();
  stack.temporal.thaw();
  await pause(100);
  return { killedAt, holds };
}

/** Some are answered after a while, some long after the worker is dead. */
async function answerLate({ judge }: Stack, soon: Started[], late: Started[]): Promise<void> {
  for (const side of ['http', 'smtp'] as const) {
    const rule = (latencyMs: number) => (one: Started) => ({
      match: side === 'http' ? { conversationId: one.id } : { to: one.email },
      times: 1,
      behaviour: { latencyMs },
    });
    const ofSide = ({ channel }: Started) => (channel === 'webhook') === (side === 'http');
    const rules = [
      ...soon.filter(ofSide).map(rule(HELD_MS / 3)),
      ...late.filter(ofSide).map(rule(HELD_MS * 2)),
    ];
    await judge.control({ side, rules });
  }
}

async function answerAtOnce({ judge }: Stack): Promise<void> {
  for (const side of ['http', 'smtp'] as const) await judge.control({ side });
}
