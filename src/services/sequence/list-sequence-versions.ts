import { and, desc, eq, lt } from 'drizzle-orm';
import { sequences } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { SequenceRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

/** All versions of a sequence, newest first. Throws not_found. */
export async function listSequenceVersions(
  { tx, organizationId }: VerbContext,
  name: string,
  page: { limit: number; beforeVersion?: number | undefined },
): Promise<SequenceRow[]> {
  const older = page.beforeVersion === undefined ? undefined : lt(sequences.version, page.beforeVersion);
  const rows = await tx
    .select()
    .from(sequences)
    .where(and(eq(sequences.organizationId, organizationId), eq(sequences.name, name), older))
    .orderBy(desc(sequences.version))
    .limit(page.limit);
  if (rows.length === 0 && !older) throw unknownSequence();
  return rows;
}

export const unknownSequence = () => new AppError('not_found', 'No such sequence.');
