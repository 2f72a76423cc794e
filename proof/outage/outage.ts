import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { waitFor } from '../../test/support/wait-for';
import type { Behaviour } from '../../test/support/recording-behaviour';
import { audit, complaints, type Expectation } from '../judging/audit';
import type { Proof, ProofContext, ProofResult } from '../proof';
import { startStack, type Stack } from '../stack/start-stack';
import type { ProofTenant } from '../stack/tenant';
import { startLoad, type Load } from './load';

const SIZES = {
  small: { outageMs: 5_000, betweenMs: 2_000, perSecond: 6 },
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
  async run(context) {
    const stack = await startStack(context);
    try {
      return await runOutages(stack, context);
    } finally {
      await stack.stop();
    }
  },
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
  const result = await judgeOutages(stack, tenant, load, drainedMs);
  return result;
}

type Outage = (forMs: number) => Promise<void>;

function outages(stack: Stack): Record<string, Outage> {
  const { postgres, temporal, judge } = stack;
  const away = (server: typeof postgres): Outage => {
    return async (forMs) => {
      await server.stop();
      await pause(forMs);
      await server.start();
    };
  };
  const provider = (behaviour: Partial<Behaviour>): Outage => {
    return async (forMs) => {
      await judge.control({ side: 'http', default: behaviour });
      await pause(forMs);
      await judge.control({ side: 'http' });
    };
  };
  return {
    // First, since a call that hangs is given up after 15 s only.
    'the provider hangs': provider({ mode: 'hang' }),
    'the provider answers 500': provider({ status: 500 }),
    'the provider answers 429': provider({ status: 429, headers: { 'retry-after': '1' } }),
    'the provider resets': provider({ mode: 'reset' }),
    'PostgreSQL is stopped': away(postgres),
    'all connections to PostgreSQL are killed, again and again': (forMs) => cutConnections(stack, forMs),
    'Temporal is stopped': away(temporal),
  };
}

async function cutConnections({ databaseUrl }: Stack, forMs: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const until = Date.now() + forMs;
  while (Date.now() < until) {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await pause(500);
  }
  await client.end();
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
