import { and, asc, eq, inArray } from 'drizzle-orm';
import { deliveries } from '../../db/schema';
import type { VerbContext } from '../verb-context';

/** A delivery claimed before this change and not yet settled: it may still reach the contact. */
export interface InFlight {
  deliveryId: string;
  conversationId: string;
  step: number;
  claimedAt: Date;
}

/** Read under the locks of the change that reports it. */
export async function inFlightOf({ tx, organizationId }: VerbContext, conversationIds: string[]) {
  if (conversationIds.length === 0) return [];
  const rows: InFlight[] = await tx
    .select({
      deliveryId: deliveries.id,
      conversationId: deliveries.conversationId,
      step: deliveries.step,
      claimedAt: deliveries.claimedAt,
    })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.organizationId, organizationId),
        inArray(deliveries.conversationId, conversationIds),
        eq(deliveries.status, 'claimed'),
      ),
    )
    .orderBy(asc(deliveries.id));
  return rows;
}
