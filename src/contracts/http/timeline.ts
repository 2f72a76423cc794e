import { z } from 'zod';
import {
  AUTHORS,
  CHANNEL_KINDS,
  DELIVERY_STATUSES,
  DIRECTIONS,
  STAGES,
  STOP_REASONS,
  VERDICTS,
} from '../../domain/conversation';
import { GATES } from '../../domain/gates';
import { instantOut } from './fields';
import { pageOf } from './page';

const stored = { id: z.string(), at: instantOut, episode: z.int() };

const gateVerdict = z
  .strictObject({
    gate: z.enum([...GATES, 'text']),
    verdict: z.enum(['pass', 'defer', 'skip', 'stop']),
    input: z.record(z.string(), z.unknown()).meta({ description: 'What the gate saw' }),
    next: z.string().optional().meta({ description: 'The instant to which it defers' }),
  })
  .meta({ id: 'GateVerdict' });

const decisionFields = {
  ...stored,
  step: z.int(),
  verdict: z.enum(VERDICTS),
  gates: z.array(gateVerdict),
  nextAt: instantOut.nullable(),
};

export const decisionPage = pageOf(z.strictObject(decisionFields).meta({ id: 'Decision' }));

const message = z.strictObject({
  ...stored,
  type: z.literal('message'),
  externalId: z.string().nullable(),
  direction: z.enum(DIRECTIONS),
  author: z.enum(AUTHORS),
  text: z.string().nullable(),
});

const nudge = z.strictObject({
  ...stored,
  type: z.literal('nudge'),
  step: z.int(),
  stage: z.enum(STAGES),
  subject: z.string().nullable(),
  text: z.string().nullable(),
});

const delivery = z.strictObject({
  ...stored,
  type: z.literal('delivery'),
  step: z.int(),
  channel: z.enum(CHANNEL_KINDS),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  dueAt: instantOut,
  settledAt: instantOut.nullable(),
  final: z.boolean(),
  providerId: z.string().nullable(),
  reason: z.string().nullable(),
});

const stageChange = z.strictObject({
  ...stored,
  type: z.literal('stage_change'),
  from: z.enum(STAGES).nullable(),
  to: z.enum(STAGES),
  reason: z.enum(STOP_REASONS).nullable(),
  note: z.string().nullable(),
});

const decision = z.strictObject({ ...decisionFields, type: z.literal('decision') });

const timelineItem = z
  .discriminatedUnion('type', [message, nudge, delivery, stageChange, decision])
  .meta({ id: 'TimelineItem' });

export const timelinePage = pageOf(timelineItem);
