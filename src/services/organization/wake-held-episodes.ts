import { and, asc, eq } from 'drizzle-orm';
import { conversations, episodes } from '../../db/schema';
import { openingAt } from '../../domain/plan';
import { changeEpisode, raiseFence } from '../conversation/change-thread';
import { isRunning, lockThread, rulesOf, type EpisodeThread } from '../conversation/thread';
import type { Transact } from '../transact';
import type { VerbContext } from '../verb-context';
import { getOrganization } from './get-organization';

const SPREAD_MS = 10 * 60_000;
/** Contacts are locked together for as long as their page takes: some 100 ms. */
const PAGE_SIZE = 50;

/**
 * Wakes what the organization's pause holds, spread over 10 minutes, in a transaction per page. `resumed` is the number
 * of the resume: a later pause or resume ends this one's work. Dies the process in between, or defers a claim at this
 * very moment, then the look every 6 h still continues those episodes.
 */
export async function wakeHeldEpisodes(transact: Transact, resumed: number): Promise<number> {
  const held = await transact(findHeld);
  let woken = 0;
  for (let first = 0; first < held.length; first += PAGE_SIZE) {
    const page = held.slice(first, first + PAGE_SIZE);
    const result = await transact((ctx) => wakePage(ctx, page, resumed));
    if (result === null) break;
    woken += result;
  }
  return woken;
}

/** In the order of their contacts, in which pages lock them. */
async function findHeld({ tx, organizationId }: VerbContext): Promise<string[]> {
  const rows = await tx
    .select({ id: conversations.id })
    .from(episodes)
    .innerJoin(
      conversations,
      and(
        eq(conversations.organizationId, episodes.organizationId),
        eq(conversations.id, episodes.conversationId),
      ),
    )
    .where(
      and(
        eq(episodes.organizationId, organizationId),
        eq(episodes.state, 'waiting'),
        eq(episodes.deferredBy, 'organization_paused'),
      ),
    )
    .orderBy(asc(conversations.contactId), asc(conversations.id));
  return rows.map(({ id }) => id);
}

async function wakePage(ctx: VerbContext, ids: string[], resumed: number): Promise<number | null> {
  const organization = await getOrganization(ctx);
  if (organization.paused || organization.resumes !== resumed) return null;
  let woken = 0;
  for (const id of ids) {
    const thread = await lockThread(ctx, id);
    if (!isRunning(thread) || !isHeldByPause(thread)) continue;
    await wake(ctx, thread);
    woken += 1;
  }
  return woken;
}

const isHeldByPause = ({ episode }: EpisodeThread): boolean =>
  episode.state === 'waiting' && episode.deferredBy === 'organization_paused';

async function wake(ctx: VerbContext, thread: EpisodeThread) {
  const wokenAt = new Date(thread.now.getTime() + spreadMs(thread.conversation.id));
  const nextDueAt = thread.episode.nextKind === 'nudge' ? openingAt(rulesOf(thread), wokenAt) : wokenAt;
  const deferredBy = nextDueAt.getTime() > wokenAt.getTime() ? 'send_window' : null;
  await raiseFence(ctx, thread, {});
  await changeEpisode(ctx, thread, { nextDueAt, deferredBy });
}

/** The tail of a UUIDv7 is random: the same conversation always gets the same place in the ten minutes. */
function spreadMs(conversationId: string): number {
  return Math.floor((Number.parseInt(conversationId.slice(-8), 16) / 2 ** 32) * SPREAD_MS);
}
