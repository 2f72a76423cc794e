import type { Deferral, Stage } from '../../domain/conversation';
import { decide, type GateFacts } from '../../domain/gates';
import { rawDueAt, stepAt, type Position } from '../../domain/ladder';
import type { FrequencyCap } from '../../domain/organization';
import { openingAt, planFrom, type Rules } from '../../domain/plan';

export interface SimulatedStep {
  step: number;
  template: string;
  stage: Stage;
  /** What the ladder alone says, counted from the step before. */
  plannedAt: Date;
  /** After send window and frequency cap. */
  dueAt: Date;
  deferredBy: Deferral | null;
  sent: boolean;
}

export interface SimulatedLife {
  steps: SimulatedStep[];
  /** null when a reply comes first. */
  ghostAt: Date | null;
  endsWith: 'ghosted' | 'replied';
}

export interface LifeInput {
  rules: Rules;
  cap: FrequencyCap | null;
  anchorAt: Date;
  replyAt: Date | null;
}

/** A cap may hold a step again and again, once per day; a year of that is enough. */
const MOST_DEFERRALS = 366;

/**
 * Lives one silence that begins at `anchorAt`, with a worker that is always on time: `planFrom` plans and `decide` judges
 * exactly as they do for real. What depends on others is left out: a channel's pace, nudges of other conversations, pauses.
 */
export function simulateLife(input: LifeInput): SimulatedLife {
  const { rules, anchorAt, replyAt } = input;
  const steps: SimulatedStep[] = [];
  const sentAt: Date[] = [];
  let position: Position = { anchorAt, lastStepAt: null };
  let plan = planFrom(rules, position, 1, anchorAt);
  while (plan.next.kind === 'nudge') {
    const simulated = simulateStep(input, position, plan.next, sentAt);
    steps.push(simulated);
    if (simulated.sent) sentAt.unshift(simulated.dueAt);
    position = { anchorAt, lastStepAt: simulated.dueAt };
    plan = planFrom(rules, position, simulated.step + 1, simulated.dueAt);
  }
  const ghostAt = plan.next.dueAt;
  const replied = replyAt !== null && replyAt.getTime() <= ghostAt.getTime();
  return { steps, ghostAt: replied ? null : ghostAt, endsWith: replied ? 'replied' : 'ghosted' };
}

type Planned = { step: number; dueAt: Date; deferredBy: Deferral | null };

function simulateStep(input: LifeInput, position: Position, planned: Planned, sentAt: Date[]): SimulatedStep {
  const { rules, replyAt } = input;
  const { step } = planned;
  let { dueAt, deferredBy } = planned;
  let decision = decide(factsAt(input, step, dueAt, sentAt));
  for (let n = 0; decision.nextAt && n < MOST_DEFERRALS; n += 1) {
    dueAt = openingAt(rules, decision.nextAt);
    deferredBy = decision.deferredBy;
    decision = decide(factsAt(input, step, dueAt, sentAt));
  }
  const { template = '', stage = 'followup' } = stepAt(rules.ladder, step) ?? {};
  const sent = replyAt === null || dueAt.getTime() < replyAt.getTime();
  const plannedAt = rawDueAt(rules.ladder, position, step);
  return { step, template, stage, plannedAt, dueAt, deferredBy, sent };
}

function factsAt({ rules, cap }: LifeInput, step: number, dueAt: Date, sentAt: Date[]): GateFacts {
  return {
    now: dueAt,
    step,
    askedFence: 1,
    fence: 1,
    state: 'waiting',
    nextStep: step,
    dueAt,
    stopReason: null,
    optOuts: [],
    channel: 'webhook',
    organizationPaused: false,
    rules,
    cap,
    recentHandOversAt: sentAt.slice(0, cap?.max ?? 0),
    pace: null,
    nextSlotAt: null,
    slotAt: null,
  };
}
