import { and, eq } from 'drizzle-orm';
import { contacts } from '../../db/schema';
import { CHANNEL_KINDS } from '../../domain/conversation';
import { raiseFence } from '../conversation/change-thread';
import { lockContactThreads, type ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { isOptedOut, type OptOutScope } from './opt-out-contact';

/**
 * Takes an opt-out back. Nothing starts by itself: conversations become `engaged` and wait for our next word.
 * Opting in to one channel leaves the others as they were. Throws not_found.
 */
export async function optInContact(
  ctx: VerbContext,
  contactId: string,
  scope: OptOutScope,
): Promise<ContactRow> {
  const threads = await lockContactThreads(ctx, contactId);
  const where = and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, contactId));
  const [present] = await ctx.tx.select().from(contacts).where(where);
  if (!present) throw new Error(`contact ${contactId} vanished under its lock`);
  const optOuts = scope === 'all' ? [] : remaining(present.optOuts, scope);
  const [contact = present] = await ctx.tx
    .update(contacts)
    .set({ optOuts, updatedAt: ctx.now })
    .where(where)
    .returning();
  for (const thread of threads) {
    const { channel, stopReason } = thread.conversation;
    if (stopReason !== 'opted_out' || isOptedOut(contact, channel)) continue;
    await raiseFence(ctx, thread, { stage: 'engaged', stopReason: null });
  }
  return contact;
}

/** Opted out of all and back in on one channel: the other channels stay closed. */
function remaining(optOuts: string[], scope: OptOutScope): string[] {
  const closed = optOuts.includes('all') ? [...CHANNEL_KINDS] : optOuts;
  return closed.filter((channel) => channel !== scope);
}
