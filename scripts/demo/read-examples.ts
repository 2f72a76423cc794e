import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from '../servers/folders';

const folder = join(repositoryRoot, 'examples');
const FIRST_ROW_LINE = 2;

const exampleSchema = z
  .object({
    externalId: z.string(),
    'contact.name': z.string(),
    'contact.email': z.string(),
    'contact.phone': z.string(),
    'contact.timeZone': z.string(),
    'contact.locale': z.string(),
    channel: z.enum(['webhook', 'email']),
    sequence: z.string(),
    'lastMessage.sentAt': z.string(),
    'variables.product': z.string(),
  })
  .transform((row) => ({
    externalId: row.externalId,
    name: row['contact.name'],
    timeZone: row['contact.timeZone'],
    locale: row['contact.locale'],
    channel: row.channel,
    sequence: row.sequence,
    /** Where our messages reach this contact. */
    address: row.channel === 'email' ? row['contact.email'] : row['contact.phone'],
    /** Our word went out long ago; without an instant it goes out with the import. */
    isOldSilence: row['lastMessage.sentAt'] !== '',
    product: row['variables.product'],
  }));

const replySchema = z.object({
  conversation: z.string(),
  afterNudges: z.coerce.number().int().min(0),
  minutesLater: z.coerce.number().int().min(1),
  text: z.string(),
});

export type Example = z.output<typeof exampleSchema> & { line: number };
/** What a contact will answer, how long after how many nudges. Contacts without one stay silent. */
export type ScriptedReply = z.output<typeof replySchema>;

export interface Examples {
  /** The file as it is imported. */
  csv: string;
  rows: Example[];
  replies: ScriptedReply[];
}

/** What the business sends in, and what its contacts will say. */
export function readExamples(): Examples {
  const csv = readFileSync(join(folder, 'conversations.csv'), 'utf8');
  const rows = records(csv).map((record, index) => ({
    ...exampleSchema.parse(record),
    line: index + FIRST_ROW_LINE,
  }));
  const replies = records(readFileSync(join(folder, 'replies.csv'), 'utf8'));
  return { csv, rows, replies: replies.map((record) => replySchema.parse(record)) };
}

function records(csv: string): unknown[] {
  return z.array(z.unknown()).parse(parse(csv, { columns: true, bom: true, skip_empty_lines: true }));
}
