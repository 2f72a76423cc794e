import { and, between, eq, or, sql } from 'drizzle-orm';
import { deliveries, nudges } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import type { Thread } from './thread';

/** A mirror of our own nudge arrives this close to its hand-over. */
const ECHO_WITHIN_MS = 15 * 60_000;

/**
 * True when an outbound word is our own nudge, mirrored back by a provider or a shared inbox: it bears the delivery's
 * or the provider's id, or the same words at the same time.
 */
export async function isEchoOfNudge(
  { tx, organizationId }: VerbContext,
  thread: Thread,
  word: { text: string | null; externalId?: string | undefined },
  sentAt: Date,
): Promise<boolean> {
  if (thread.conversation.episode === 0) return false;
  const aroundMs = sentAt.getTime();
  const around = [new Date(aroundMs - ECHO_WITHIN_MS), new Date(aroundMs + ECHO_WITHIN_MS)] as const;
  const id = word.externalId;
  const words = word.text?.trim();
  const byId = id ? or(eq(deliveries.providerId, id), eq(sql`${deliveries.id}::text`, id)) : undefined;
  const byWords = words ? and(eq(nudges.body, words), between(deliveries.claimedAt, ...around)) : undefined;
  if (!byId && !byWords) return false;
  const [found] = await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .innerJoin(
      nudges,
      and(
        eq(nudges.organizationId, deliveries.organizationId),
        eq(nudges.conversationId, deliveries.conversationId),
        eq(nudges.episode, deliveries.episode),
        eq(nudges.step, deliveries.step),
      ),
    )
    .where(
      and(
        eq(deliveries.organizationId, organizationId),
        eq(deliveries.conversationId, thread.conversation.id),
        or(byId, byWords),
      ),
    )
    .limit(1);
  return found !== undefined;
}
