import { desc, eq, and, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { channels, organizations, sequences } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import { invalidField } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import type { OrganizationRow, SequenceRow } from './thread';

/** What a new conversation is made from, beside its contact. */
export interface OpeningFacts {
  organization: OrganizationRow;
  /** Configured channels, the first configured one first. */
  channelKinds: ChannelKind[];
  /** The newest version of the sequence; null where there is none of that name. */
  sequence: SequenceRow | null;
}

/** Organization, its channels and the newest version of a sequence, in one statement. */
export async function readOpeningFacts(ctx: VerbContext, sequenceName: string): Promise<OpeningFacts> {
  const key = { organizationId: ctx.organizationId, sequenceName };
  const [row] = await factsStatement(ctx.tx).execute(key);
  if (!row) throw new Error('the organization of this transaction does not exist');
  return row;
}

const factsStatement = defineStatement((tx) => {
  const kinds = tx
    .select({ kind: channels.kind })
    .from(channels)
    .where(eq(channels.organizationId, organizations.id))
    .orderBy(channels.createdAt, channels.kind);
  return tx
    .select({
      organization: organizations,
      channelKinds: sql<ChannelKind[]>`array(${kinds})`,
      sequence: sequences,
    })
    .from(organizations)
    .leftJoin(
      sequences,
      and(
        eq(sequences.organizationId, organizations.id),
        eq(sequences.name, sql.placeholder('sequenceName')),
      ),
    )
    .where(eq(organizations.id, sql.placeholder('organizationId')))
    .orderBy(desc(sequences.version))
    .limit(1)
    .prepare('opening_facts');
});

/** The newest version of a sequence. Throws unknown_sequence. */
export async function newestSequence(
  { tx, organizationId }: VerbContext,
  name: string,
): Promise<SequenceRow> {
  const [row] = await newestStatement(tx).execute({ organizationId, name });
  if (!row) throw unknownSequence(name);
  return row;
}

const newestStatement = defineStatement((tx) =>
  tx
    .select()
    .from(sequences)
    .where(
      and(
        eq(sequences.organizationId, sql.placeholder('organizationId')),
        eq(sequences.name, sql.placeholder('name')),
      ),
    )
    .orderBy(desc(sequences.version))
    .limit(1)
    .prepare('newest_sequence'),
);

export const unknownSequence = (name: string) =>
  invalidField('sequence', `there is no sequence "${name}"`, 'unknown_sequence');
