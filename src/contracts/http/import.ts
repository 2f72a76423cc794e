import { z } from 'zod';
import { contactInput } from './contact';
import { lastMessage, sequenceName } from './conversation';
import { externalId, jsonObject } from './fields';
import { CHANNEL_KINDS } from '../../domain/conversation';

/** A row: the body of `POST /v1/conversations`, but that `externalId` is needed and no `lastMessage` arms nothing. */
export const importRow = z.strictObject({
  externalId,
  contact: contactInput,
  channel: z.enum(CHANNEL_KINDS).optional(),
  sequence: sequenceName.optional(),
  lastMessage: lastMessage.nullable().default(null),
  variables: jsonObject.optional(),
});

export const importQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true')
    .meta({ description: 'Answers what would happen and stores nothing' }),
});

const count = z.int();

export const importOut = z
  .strictObject({
    dryRun: z.boolean(),
    rows: count,
    accepted: count,
    existing: count.meta({ description: 'Their externalId has a conversation already: nothing changed' }),
    rejected: count,
    effects: z
      .strictObject({ waiting: count, ghosted: count, engaged: count, optedOut: count })
      .meta({ description: 'What the accepted rows lead to' }),
    rejections: z
      .array(
        z.strictObject({
          line: z.int().meta({ description: 'Where the row begins in the file, counted from 1' }),
          externalId: z.string().nullable(),
          path: z.string().nullable().meta({ description: 'The field' }),
          reason: z.string(),
        }),
      )
      .meta({ description: 'The first 1,000' }),
  })
  .meta({ id: 'ImportResult' });
