import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import { audit, complaints, type Expectation } from '../judging/audit';
import type { Proof, ProofContext } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant, Replied, Started } from '../stack/tenant';
import { withStack } from '../stack/with-stack';
import { freezeAround, outageAround } from './trouble';

/** Replies are sent from this long before the due time to this long after it. */
const SPREAD_MS = 50;
/** Every tenth conversation gets no reply: its nudge must arrive, or the proof proves nothing. */
const SILENT_EVERY = 10;
/** Silent ones included: at least 200 and 10,000 replies are raced. */
const SIZES = {
  small: { races: 230, perSecond: 14, wave: 20, frozenWaves: 2, outageWaves: 1 },
  large: { races: 11_200, perSecond: 20, wave: 40, frozenWaves: 25, outageWaves: 10 },
} as const;
const DRAIN_LIMIT_MS = 90_000;
const LOOK_AGAIN_MS = 500;

interface Race {
  started: Started;
  /** null: a silent one. */
  replied: Replied | null;
}

export const raceProof: Proof = {
  name: 'race',
  promise: 'no provider call begins after a reply was acknowledged, but those the answer named in flight',
  run: (context) => withStack(context, {}, (stack) => runRaces(stack, context)),
};

async function runRaces(stack: Stack, context: ProofContext) {
  const size = SIZES[context.size];
  const tenant = await stack.tenant();
  const waves = { frozen: size.frozenWaves * size.wave, outage: size.outageWaves * size.wave };
  const plain = size.races - waves.frozen - waves.outage;
  context.say(`${plain} races at ${size.perSecond} a second`);
  const races = await paced(plain, size.perSecond, (number) => race(tenant, context, number));
  context.say(`${waves.frozen} while the worker is stopped (SIGSTOP) around the due time`);
  for (let wave = 0; wave < size.frozenWaves; wave += 1) {
    races.push(...(await raceInWave(tenant, context, size.wave, freezeAround(stack, context))));
  }
  context.say(`${waves.outage} while Temporal is down`);
  for (let wave = 0; wave < size.outageWaves; wave += 1) {
    races.push(...(await raceInWave(tenant, context, size.wave, outageAround(stack))));
  }
  await drained(stack, races);
  const result = await judge(stack, races);
  return result;
}

/** Starts `count` pieces of work evenly, `perSecond` a second, and waits for all. */
async function paced<T>(
  count: number,
  perSecond: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const beganAt = performance.now();
  const all: Promise<T>[] = [];
  for (let number = 0; number < count; number += 1) {
    await pause(Math.max(0, beganAt + (number * 1000) / perSecond - performance.now()));
    all.push(work(number));
  }
  return Promise.all(all);
}

async function race(tenant: ProofTenant, context: ProofContext, number: number): Promise<Race> {
  const started = await tenant.create({ channel: 'webhook', ladder: 'soon' });
  if (number % SILENT_EVERY === 0) return { started, replied: null };
  await pause(started.dueAt + context.random.between(-SPREAD_MS, SPREAD_MS) - Date.now());
  return { started, replied: await tenant.reply(started.id) };
}

/** A wave of races due at nearly one instant, with trouble around it. */
async function raceInWave(
  tenant: ProofTenant,
  context: ProofContext,
  count: number,
  trouble: (dueAt: number) => Promise<void>,
): Promise<Race[]> {
  const wave = await paced(count, 40, () => tenant.create({ channel: 'webhook', ladder: 'later' }));
  const middle = wave[Math.floor(count / 2)]?.dueAt ?? Date.now();
  const passed = trouble(middle);
  const races = await Promise.all(
    wave.map(async (started, number) => {
      if (number % SILENT_EVERY === 0) return { started, replied: null };
      await pause(started.dueAt + context.random.between(-SPREAD_MS, SPREAD_MS) - Date.now());
      return { started, replied: await tenant.reply(started.id) };
    }),
  );
  await passed;
  return races;
}

/** Until every silent one has arrived, and as long again as a late call would need. */
async function drained({ judge }: Stack, races: Race[]): Promise<void> {
  const silent = races.filter(({ replied }) => replied === null).map(({ started }) => started.id);
  const arrived = async () => {
    await pause(LOOK_AGAIN_MS);
    const seen = new Set((await judge.records()).map(({ conversationId }) => conversationId));
    return silent.every((id) => seen.has(id));
  };
  // A loss is for the audit to name.
  await waitFor('the silent ones to arrive', arrived, DRAIN_LIMIT_MS).catch(() => undefined);
  await pause(3_000);
}

async function judge(stack: Stack, races: Race[]) {
  const records = await stack.judge.records();
  const expected = races.map(({ started, replied }): Expectation => ({
    ...{ conversationId: started.id, to: null, keyed: true, dueAt: started.dueAt },
    arrival: replied === null ? 'must' : isCertainlyUnsent(replied) ? 'must_not' : 'may',
    stoppedAt: replied?.at ?? null,
    inFlight: replied?.inFlight ?? [],
  }));
  const replied = races.flatMap((one) => (one.replied ? [one.replied] : []));
  const arrivals = new Map(records.map(({ conversationId, at }) => [conversationId, at]));
  const met = races.filter(({ started, replied: reply }) => {
    const at = arrivals.get(started.id) ?? 0;
    return reply !== null && at >= reply.askedAt && at <= reply.at;
  });
  const found = audit(expected, records);
  return {
    figures: {
      races: replied.length,
      'reply came first': replied.filter(isCertainlyUnsent).length,
      'named in flight': replied.filter(({ inFlight }) => inFlight.length > 0).length,
      'nudge came first': replied.filter(({ nudgesSent }) => nudgesSent > 0).length,
      'calls that began between a reply and its answer': met.length,
      'silent ones, all nudged': races.length - replied.length - found.lost.length,
      'calls after the reply': found.late.length,
    },
    failures: complaints(found),
  };
}

/** Sharper than any clock: the answer says that nothing was sent and nothing is under way, so nothing may ever come. */
function isCertainlyUnsent({ inFlight, nudgesSent }: Replied): boolean {
  return inFlight.length === 0 && nudgesSent === 0;
}
