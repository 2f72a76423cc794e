import { and, asc, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
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
  const rows: InFlight[] = await claimedStatement(tx).execute({ organizationId, conversationIds });
  return rows;
}

const claimedStatement = defineStatement((tx) =>
  tx
    .select({
      deliveryId: deliveries.id,
      conversationId: deliveries.conversationId,
      step: deliveries.step,
      claimedAt: deliveries.claimedAt,
    })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.organizationId, sql.placeholder('organizationId')),
        sql`${deliveries.conversationId} = any(${sql.placeholder('conversationIds')}::uuid[])`,
        eq(deliveries.status, 'claimed'),
      ),
    )
    .orderBy(asc(deliveries.id))
    .prepare('claimed_deliveries'),
);
