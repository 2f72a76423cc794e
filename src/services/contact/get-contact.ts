import { and, eq } from 'drizzle-orm';
import { contacts } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

/** Throws not_found. */
export async function getContact({ tx, organizationId }: VerbContext, id: string): Promise<ContactRow> {
  const [row] = await tx
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, organizationId), eq(contacts.id, id)));
  if (!row) throw unknownContact();
  return row;
}

export const unknownContact = () => new AppError('not_found', 'No such contact.');
