import { setTimeout as pause } from 'node:timers/promises';
import type { ProofContext, ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { Started } from '../stack/tenant';
import { judgeDeath } from './judge-death';

const SIZES = {
  small: { nudges: 96, perSecond: 12, kills: 2 },
  large: { nudges: 2_000, perSecond: 12, kills: 20 },
} as const;
/** Long enough that a kill finds calls in flight. */
const LATENCY_MS = 150;
const RECOVERY_LIMIT_MS = 30_000;
const DRAIN_LIMIT_MS = 120_000;

/** Kills at random moments of a run, each time with another worker started at once. */
export async function dieAtRandom(stack: Stack, context: ProofContext): Promise<ProofResult> {
  const { nudges, perSecond, kills } = SIZES[context.size];
  context.say(`${nudges} nudges at ${perSecond} a second, ${kills} kills at random moments`);
  for (const side of ['http', 'smtp'] as const) {
    await stack.judge.control({ side, default: { latencyMs: LATENCY_MS } });
  }
  const tenant = await stack.tenant();
  const started: Started[] = [];
  const killing = killAtRandom(stack, context, kills, (nudges / perSecond) * 1000);
  const beganAt = performance.now();
  for (let number = 0; number < nudges; number += 1) {
    await pause(Math.max(0, beganAt + (number * 1000) / perSecond - performance.now()));
    started.push(await tenant.create({ channel: number % 2 === 0 ? 'webhook' : 'email', ladder: 'soon' }));
  }
  const killedAt = await killing;
  const { result, unknown } = await judgeDeath({
    ...{ stack, conversations: started, tenants: [tenant], mayBeUnknown: null, limitMs: DRAIN_LIMIT_MS },
    killedAt: killedAt.at(-1) ?? 0,
  });
  const waits = await recoveries(stack, killedAt);
  const slowest = Math.max(0, ...waits);
  const tooSlow = slowest > RECOVERY_LIMIT_MS ? [`the first send after a kill took ${slowest} ms`] : [];
  return {
    figures: {
      'random kills': kills,
      'nudges in that run': nudges,
      'mails unknown (under way at a kill)': unknown,
      'first send after a kill, slowest, ms': slowest,
      ...(await repeatsOf(stack)),
    },
    failures: [...result.failures, ...tooSlow],
  };
}

async function killAtRandom(stack: Stack, { random }: ProofContext, kills: number, runMs: number) {
  const killedAt: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await pause((runMs / kills) * (0.2 + 0.6 * random.next()));
    await stack.worker().kill();
    killedAt.push(Date.now());
    await stack.startWorker();
  }
  return killedAt;
}

async function recoveries({ judge }: Stack, killedAt: readonly number[]): Promise<number[]> {
  const arrivals = (await judge.records()).map(({ at }) => at);
  const firstAfter = (at: number) => Math.min(...arrivals.filter((arrival) => arrival > at));
  // Nothing was left to send after a kill at the very end.
  return killedAt.map((at) => Math.round(firstAfter(at) - at)).filter(Number.isFinite);
}

async function repeatsOf({ judge }: Stack) {
  const { http, smtp } = await judge.stats();
  return {
    'webhooks asked again with the same key': http.repeats,
    'mails the provider took twice': smtp.repeats,
  };
}
