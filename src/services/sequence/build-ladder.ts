import type { Stage } from '../../domain/conversation';
import { DEFAULT_LADDER } from '../../domain/default-texts';
import { WEEKDAYS, type SendWindow } from '../../domain/organization';
import type { Ladder, Step } from '../../domain/sequence';

/** Stages that a step may set. */
export const STEP_STAGES = ['followup_10m', 'followup_3h', 'followup_6h', 'followup'] as const;
export type StepStage = Extract<Stage, (typeof STEP_STAGES)[number]>;

export interface StepInput {
  delayMs: number;
  template: string;
  /** Absent: the default ladder's stages for a ladder with the default ladder's delays, else `followup`. */
  stage?: StepStage | undefined;
  latenessLimitMs?: number | undefined;
}

export interface LadderInput {
  steps: StepInput[];
  ghostAfterMs: number;
  /** null: no window at all; absent: the organization's. */
  sendWindow?: SendWindow | null | undefined;
  latenessLimitMs?: number | undefined;
}

/** The ladder as it is stored and compared: every stage said, weekdays in order, nothing undefined in it. */
export function buildLadder(input: LadderInput): Ladder {
  const { steps, ghostAfterMs, sendWindow, latenessLimitMs } = input;
  const stages = defaultStages(steps);
  const ladder: Ladder = { steps: steps.map((step, index) => buildStep(step, stages[index])), ghostAfterMs };
  if (sendWindow !== undefined) ladder.sendWindow = sendWindow && orderDays(sendWindow);
  if (latenessLimitMs !== undefined) ladder.latenessLimitMs = latenessLimitMs;
  return ladder;
}

/** Named twice a day counts once; the order of naming means nothing. */
export function orderDays(window: SendWindow): SendWindow {
  const { days, from, to } = window;
  return { days: WEEKDAYS.filter((day) => days.includes(day)), from, to };
}

function buildStep({ delayMs, template, stage, latenessLimitMs }: StepInput, otherwise?: Stage): Step {
  const step: Step = { delayMs, template, stage: stage ?? otherwise ?? 'followup' };
  return latenessLimitMs === undefined ? step : { ...step, latenessLimitMs };
}

function defaultStages(steps: StepInput[]): Stage[] {
  const { steps: defaults } = DEFAULT_LADDER;
  const same =
    steps.length === defaults.length && steps.every(({ delayMs }, n) => delayMs === defaults[n]?.delayMs);
  return same ? defaults.map(({ stage }) => stage) : [];
}
