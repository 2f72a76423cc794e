import { and, eq, lt } from 'drizzle-orm';
import { asSystem, type Database } from '../../db/client';
import { deliveries, idempotencyKeys } from '../../db/schema';

const DAY_MS = 24 * 3_600_000;

/** Makes `unknown` deliveries final after 24 h and forgets idempotency keys past 24 h. Running it twice is harmless. */
export async function purgeExpired(system: Database, now: Date) {
  const dayAgo = new Date(now.getTime() - DAY_MS);
  return asSystem(system, async (tx) => {
    const settled = await tx
      .update(deliveries)
      .set({ final: true, updatedAt: now })
      .where(
        and(eq(deliveries.status, 'unknown'), eq(deliveries.final, false), lt(deliveries.settledAt, dayAgo)),
      )
      .returning({ id: deliveries.id });
    const purged = await tx
      .delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, dayAgo))
      .returning({ key: idempotencyKeys.key });
    return { settledUnknown: settled.length, purgedKeys: purged.length };
  });
}
