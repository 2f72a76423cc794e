import type { ProviderRecord } from '../../test/support/recording-ledger';
import { audit, complaints, type Expectation } from '../judging/audit';
import { byStep, perStep } from '../judging/per-step';
import type { ProofResult } from '../proof';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant } from '../stack/tenant';
import { STEPS, type Life } from './feed';
import type { Growth } from './sampling';
import { quantileOf } from './slope';
import { historyLengths, workflowTasks } from './worker-facts';

/** What a shorter run shows is warming up: it is printed and not judged. */
const MEMORY_JUDGED_FROM_MINUTES = 30;
const HANDLES_JUDGED_FROM_MINUTES = 10;
const MOST_MB_PER_HOUR = 30;
/** Pools open a connection more or less. */
const HANDLES_SLACK = 4;
const MOST_EVENTS = 52;
const SAMPLED_HISTORIES = 40;

interface Soak {
  stack: Stack;
  tenant: ProofTenant;
  minutes: number;
  lives: readonly Life[];
  complaints: readonly string[];
  growths: readonly Growth[];
  records: readonly ProviderRecord[];
}

export async function judgeSoak(soak: Soak): Promise<ProofResult> {
  const { stack, tenant, lives, records, minutes, growths } = soak;
  const found = audit(lives.flatMap(expectations), records.map(byStep));
  const tasks = await workflowTasks(stack);
  const events = await historyLengths(stack, tenant.organizationId, sampleOf(lives));
  const nudges = records.filter(({ accepted }) => accepted).length;
  return {
    figures: {
      'conversations, nudges, nudges/s': `${lives.length}, ${nudges}, ${(nudges / (minutes * 60)).toFixed(1)}`,
      'lost, doubled, late': `${found.lost.length}, ${found.doubled.length}, ${found.late.length}`,
      ...lateness(lives, records),
      ...Object.fromEntries(growths.map(growthFigure)),
      'workflow tasks, failed': `${tasks.done}, ${tasks.failed}`,
      'events of a whole life, most of the sampled': `${Math.max(...events)} of ${events.length}`,
    },
    failures: [
      ...complaints(found),
      ...soak.complaints.slice(0, 5),
      ...growths.flatMap((growth) => grown(growth, minutes)),
      ...(tasks.failed > 0 ? [`${tasks.failed} workflow tasks failed`] : []),
      ...(tasks.done === 0 ? ['the worker counted no workflow task: its metrics prove nothing'] : []),
      ...events.filter((length) => length > MOST_EVENTS).map((length) => `a life cost ${length} events`),
    ],
  };
}

function expectations({ started: { id, dueAt }, replied }: Life): Expectation[] {
  const arrival = replied === null ? 'must' : 'may';
  const stop = { stoppedAt: replied?.at ?? null, inFlight: replied?.inFlight ?? [] };
  return perStep({ conversationId: id, to: null, keyed: true, dueAt, arrival, ...stop }, STEPS);
}

/** Silent ones, evenly over the whole run. */
function sampleOf(lives: readonly Life[]): string[] {
  const silent = lives.filter(({ replied }) => replied === null).map(({ started }) => started.id);
  const every = Math.max(1, Math.floor(silent.length / SAMPLED_HISTORIES));
  return silent.filter((_id, index) => index % every === 0);
}

/** Of first steps, whose due time the API told. */
function lateness(lives: readonly Life[], records: readonly ProviderRecord[]) {
  const dueAt = new Map(lives.map(({ started }) => [started.id, started.dueAt]));
  const late = records
    .filter(({ step, accepted }) => step === 1 && accepted)
    .map(({ conversationId, at }) => at - (dueAt.get(conversationId ?? '') ?? at));
  const quarter = Math.ceil(late.length / 4);
  const told = (values: readonly number[]) =>
    [0.5, 0.99].map((share) => Math.round(quantileOf(values, share))).join(' / ');
  return {
    'lateness p50 / p99, first quarter, ms': told(late.slice(0, quarter)),
    'lateness p50 / p99, last quarter, ms': told(late.slice(-quarter)),
  };
}

function growthFigure({ name, firstMb, lastMb, mbPerHour, handles }: Growth): [string, string] {
  const memory = `${firstMb.toFixed(0)} to ${lastMb.toFixed(0)} MB (${mbPerHour.toFixed(1)} MB/h)`;
  return [`${name}, after warm-up`, `${memory}, ${handles[0]} to ${handles[1]} handles`];
}

function grown({ name, mbPerHour, handles: [first, last] }: Growth, minutes: number): string[] {
  const memory = minutes >= MEMORY_JUDGED_FROM_MINUTES && mbPerHour > MOST_MB_PER_HOUR;
  const open = minutes >= HANDLES_JUDGED_FROM_MINUTES && last > first + HANDLES_SLACK;
  return [
    ...(memory ? [`the memory of ${name} grows by ${mbPerHour.toFixed(1)} MB an hour`] : []),
    ...(open ? [`${name} had ${first} handles and has ${last}`] : []),
  ];
}
