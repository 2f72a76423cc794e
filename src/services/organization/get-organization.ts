import { eq } from 'drizzle-orm';
import { organizations } from '../../db/schema';
import { AppError } from '../../domain/errors';
import type { OrganizationRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

/** The caller's organization. Throws not_found. */
export async function getOrganization({
  tx,
  organizationId,
}: Pick<VerbContext, 'tx' | 'organizationId'>): Promise<OrganizationRow> {
  const [row] = await tx.select().from(organizations).where(eq(organizations.id, organizationId));
  if (!row) throw new AppError('not_found', 'No such organization.');
  return row;
}
