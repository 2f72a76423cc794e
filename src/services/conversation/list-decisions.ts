import { and, asc, eq, gt } from 'drizzle-orm';
import { decisions } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import { readThread } from './thread';

export type DecisionRow = typeof decisions.$inferSelect;

/** Why each step was sent, or not, in the order in which it was decided. Throws not_found. */
export async function listDecisions(
  ctx: VerbContext,
  conversationId: string,
  page: { limit: number; afterId: string | undefined },
): Promise<DecisionRow[]> {
  await readThread(ctx, conversationId);
  const behind = page.afterId === undefined ? undefined : gt(decisions.id, page.afterId);
  return ctx.tx
    .select()
    .from(decisions)
    .where(
      and(
        eq(decisions.organizationId, ctx.organizationId),
        eq(decisions.conversationId, conversationId),
        behind,
      ),
    )
    .orderBy(asc(decisions.id))
    .limit(page.limit + 1);
}

export function decisionView(row: DecisionRow) {
  return {
    id: row.id,
    at: row.at.toISOString(),
    episode: row.episode,
    step: row.step,
    verdict: row.verdict,
    gates: row.gates,
    nextAt: row.nextAt?.toISOString() ?? null,
  };
}
