import { and, asc, desc, eq, gt } from 'drizzle-orm';
import { sequences } from '../../db/schema';
import type { SequenceRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

/** The newest version of each sequence, by name. */
export async function listSequences(
  { tx, organizationId }: VerbContext,
  page: { limit: number; afterName?: string | undefined },
): Promise<SequenceRow[]> {
  const after = page.afterName === undefined ? undefined : gt(sequences.name, page.afterName);
  return tx
    .selectDistinctOn([sequences.name])
    .from(sequences)
    .where(and(eq(sequences.organizationId, organizationId), after))
    .orderBy(asc(sequences.name), desc(sequences.version))
    .limit(page.limit);
}
