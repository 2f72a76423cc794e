import { z } from 'zod';
import { sequenceName } from './conversation';
import { durationMs, durationOut, instant, instantOut, timeZone } from './fields';
import { sendWindow } from './organization';
import { pageOf } from './page';
import { templateName } from './template';

/** Stages that a step may set. */
const stepStage = z.enum(['followup_10m', 'followup_3h', 'followup_6h', 'followup']);
const MOST_STEPS = 20;

const stepIn = z.strictObject({
  delay: durationMs.meta({ description: 'After our last word; delays strictly rise' }),
  template: templateName,
  stage: stepStage.optional().meta({ description: 'Default `followup`' }),
  latenessLimit: durationMs.optional(),
});

const rises = (steps: { delay: number }[], context: z.core.$RefinementCtx) => {
  steps.forEach(({ delay }, index) => {
    if (delay > (steps[index - 1]?.delay ?? 0)) return;
    context.addIssue({
      code: 'custom',
      path: [index, 'delay'],
      message: 'must be longer than the step before',
    });
  });
};

export const sequenceBody = z
  .strictObject({
    steps: z
      .array(stepIn)
      .min(1, 'must have 1 to 20 steps')
      .max(MOST_STEPS, 'must have 1 to 20 steps')
      .superRefine(rises),
    ghostAfter: durationMs.meta({ description: 'After the last step, until the conversation is ghosted' }),
    sendWindow: sendWindow
      .nullable()
      .optional()
      .meta({ description: "null: no window at all; absent: the organization's" }),
    latenessLimit: durationMs.optional().meta({ description: "Absent: the organization's" }),
  })
  .transform(({ steps, ghostAfter, sendWindow: window, latenessLimit }) => ({
    steps: steps.map((step) => ({
      delayMs: step.delay,
      template: step.template,
      stage: step.stage,
      latenessLimitMs: step.latenessLimit,
    })),
    ghostAfterMs: ghostAfter,
    sendWindow: window,
    latenessLimitMs: latenessLimit,
  }))
  .meta({
    id: 'SequenceInput',
    examples: [
      {
        steps: [
          { delay: '10m', template: 'followup-10m' },
          { delay: '1d', template: 'followup-3h' },
        ],
        ghostAfter: '2d',
      },
    ],
  });

export const sequenceParams = z.strictObject({ name: sequenceName });

export const sequenceOut = z
  .strictObject({
    name: z.string(),
    version: z.int(),
    steps: z.array(
      z.strictObject({
        delay: durationOut,
        template: z.string(),
        stage: z.string(),
        latenessLimit: durationOut.optional(),
      }),
    ),
    ghostAfter: durationOut,
    sendWindow: sendWindow.nullable().optional(),
    latenessLimit: durationOut.optional(),
    createdAt: instantOut,
  })
  .meta({ id: 'Sequence' });
export const sequencePage = pageOf(sequenceOut);

export const simulateBody = z
  .strictObject({
    anchorAt: instant.meta({ description: 'Our last word' }),
    timeZone: timeZone.optional().meta({ description: "The contact's; default: the organization's" }),
    replyAt: instant.optional().meta({ description: 'When the contact answers, if at all' }),
  })
  .meta({ id: 'Simulate', examples: [{ anchorAt: '2026-11-20T09:00:00Z', timeZone: 'Europe/London' }] });

export const simulationOut = z
  .strictObject({
    sequence: z.strictObject({ name: z.string(), version: z.int() }),
    timeZone: z.string(),
    anchorAt: instantOut,
    steps: z.array(
      z.strictObject({
        step: z.int(),
        template: z.string(),
        stage: z.string(),
        plannedAt: instantOut.meta({ description: 'As the ladder says, from the step before' }),
        dueAt: instantOut.meta({ description: 'After send window and frequency cap' }),
        localTime: z.string().meta({ description: '`dueAt` in the zone, with its offset' }),
        weekday: z.string(),
        deferredBy: z.string().nullable(),
        verdict: z.enum(['send', 'not_sent']),
        reason: z.string(),
      }),
    ),
    ghostAt: instantOut.nullable().meta({ description: 'null when a reply comes first' }),
    endsWith: z.enum(['ghosted', 'replied']),
  })
  .meta({ id: 'Simulation' });
