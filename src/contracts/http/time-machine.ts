import { z } from 'zod';
import { STAGES } from '../../domain/conversation';
import { conversationOut } from './conversation';
import { durationMs, instantOut, uuid } from './fields';

/** By a duration or to what comes next; without `conversationId` every waiting conversation moves. */
export const fastForwardBody = z
  .union(
    [
      z.strictObject({ conversationId: uuid.optional(), by: durationMs }),
      z.strictObject({ conversationId: uuid, to: z.literal('next') }),
    ],
    'must be {conversationId, by}, {conversationId, to: "next"} or {by}',
  )
  .meta({ id: 'FastForward', examples: [{ by: '3h' }] });

export const fastForwardAnswer = z.strictObject({
  items: z.array(
    z.strictObject({
      conversationId: z.string(),
      now: instantOut.meta({ description: "The conversation's own time" }),
      stage: z.enum(STAGES),
      settled: z.boolean().meta({
        description: 'false: something that fell due has not happened yet (provider or worker away)',
      }),
      conversation: conversationOut,
    }),
  ),
});
