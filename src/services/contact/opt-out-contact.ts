import { and, eq } from 'drizzle-orm';
import { contacts } from '../../db/schema';
import { isStronger, type ChannelKind } from '../../domain/conversation';
import { endEpisode } from '../conversation/end-episode';
import { inFlightOf, type InFlight } from '../conversation/in-flight';
import { lockContactThreads, type ContactRow, type Thread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

export type OptOutScope = ChannelKind | 'all';

/** True when the contact may not be written to on `channel`. */
export function isOptedOut(contact: { optOuts: string[] }, channel: ChannelKind): boolean {
  return contact.optOuts.includes('all') || contact.optOuts.includes(channel);
}

export interface OptOutResult {
  contact: ContactRow;
  inFlight: InFlight[];
}

/**
 * Opts a contact out of one channel or of all and ends every running episode it covers, in this transaction.
 * Opting out twice changes nothing. Throws not_found.
 */
export async function optOutContact(
  ctx: VerbContext,
  contactId: string,
  scope: OptOutScope,
): Promise<OptOutResult> {
  const threads = await lockContactThreads(ctx, contactId);
  const covered = await optOutThreads(ctx, threads, scope);
  const contact = await addOptOut(ctx, contactId, scope);
  const inFlight = await inFlightOf(
    ctx,
    covered.map((thread) => thread.conversation.id),
  );
  return { contact, inFlight };
}

/** Ends what the opt-out covers; the threads are locked by the caller. Returns the covered ones. */
export async function optOutThreads(
  ctx: VerbContext,
  threads: Thread[],
  scope: OptOutScope,
  note?: string | null,
) {
  const covered = threads.filter((thread) => scope === 'all' || thread.conversation.channel === scope);
  for (const thread of covered) {
    if (!isStronger('opted_out', thread.conversation.stopReason)) continue;
    await endEpisode(ctx, thread, 'opted_out', { note: note ?? null });
  }
  return covered;
}

/** Writes the opt-out on the contact, whose row the caller has locked. */
export async function addOptOut(
  ctx: VerbContext,
  contactId: string,
  scope: OptOutScope,
): Promise<ContactRow> {
  const where = and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, contactId));
  const [present] = await ctx.tx.select().from(contacts).where(where);
  if (!present) throw new Error(`contact ${contactId} vanished under its lock`);
  if (present.optOuts.includes(scope)) return present;
  const optOuts = [...present.optOuts, scope];
  const [changed] = await ctx.tx
    .update(contacts)
    .set({ optOuts, updatedAt: ctx.now })
    .where(where)
    .returning();
  return changed ?? present;
}
