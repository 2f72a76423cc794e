import { eq } from 'drizzle-orm';
import { organizations } from '../../db/schema';
import { formatDuration } from '../../domain/durations';
import { AppError, invalidField } from '../../domain/errors';
import type { FrequencyCap } from '../../domain/organization';
import { resolveWindow, type Rules } from '../../domain/plan';
import { localTime } from '../../domain/zones';
import type { VerbContext } from '../verb-context';
import { getSequence } from './get-sequence';
import { simulateLife, type SimulatedLife, type SimulatedStep } from './simulate-life';

export interface SimulateInput {
  anchorAt: Date;
  /** The imagined contact's zone; the organization's by default. */
  timeZone?: string | undefined;
  replyAt?: Date | undefined;
}

export interface SimulationView {
  sequence: { name: string; version: number };
  timeZone: string;
  anchorAt: string;
  steps: {
    step: number;
    template: string;
    stage: string;
    plannedAt: string;
    dueAt: string;
    /** `dueAt` on the wall of the zone, with its offset. */
    localTime: string;
    weekday: string;
    deferredBy: string | null;
    verdict: 'send' | 'not_sent';
    reason: string;
  }[];
  ghostAt: string | null;
  endsWith: SimulatedLife['endsWith'];
}

/** What the newest version would do with a silence that begins at `anchorAt`. Writes nothing. Throws not_found. */
export async function simulateSequence(
  ctx: VerbContext,
  name: string,
  input: SimulateInput,
): Promise<SimulationView> {
  const { anchorAt, replyAt = null } = input;
  if (replyAt && replyAt.getTime() < anchorAt.getTime()) {
    throw invalidField('replyAt', 'must not lie before anchorAt');
  }
  const sequence = await getSequence(ctx, name);
  const [organization] = await ctx.tx
    .select()
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  if (!organization) throw new AppError('not_found', 'No such organization.');
  const rules: Rules = {
    ladder: sequence.ladder,
    window: resolveWindow(sequence.ladder, organization.sendWindow),
    holidays: organization.holidays,
    timeZone: input.timeZone ?? organization.timeZone,
    organizationLatenessLimitMs: organization.latenessLimitMs,
  };
  const cap = organization.frequencyCap;
  const life = simulateLife({ rules, cap, anchorAt, replyAt });
  return {
    sequence: { name: sequence.name, version: sequence.version },
    timeZone: rules.timeZone,
    anchorAt: anchorAt.toISOString(),
    steps: life.steps.map((step) => stepView(step, rules, cap, replyAt)),
    ghostAt: life.ghostAt?.toISOString() ?? null,
    endsWith: life.endsWith,
  };
}

function stepView(step: SimulatedStep, rules: Rules, cap: FrequencyCap | null, replyAt: Date | null) {
  const local = localTime(rules.timeZone, step.dueAt);
  return {
    step: step.step,
    template: step.template,
    stage: step.stage,
    plannedAt: step.plannedAt.toISOString(),
    dueAt: step.dueAt.toISOString(),
    localTime: `${local.date}T${local.time}${local.offset}`,
    weekday: local.weekday,
    deferredBy: step.deferredBy,
    verdict: step.sent ? ('send' as const) : ('not_sent' as const),
    reason: reasonOf(step, rules, cap, replyAt),
  };
}

function reasonOf(step: SimulatedStep, rules: Rules, cap: FrequencyCap | null, replyAt: Date | null): string {
  if (!step.sent)
    return `The contact answered at ${replyAt?.toISOString() ?? 'some time'}: nothing is sent after that.`;
  const { window } = rules;
  if (step.deferredBy === 'frequency_cap' && cap) {
    return `Waits for the frequency cap: ${cap.max} in ${formatDuration(cap.perMs)}.`;
  }
  if (step.deferredBy === 'send_window' && window) {
    return `Waits for the send window: ${window.days.join(', ')} ${window.from}-${window.to} in ${rules.timeZone}.`;
  }
  return 'Due as the ladder says.';
}
