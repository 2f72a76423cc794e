import { and, asc, eq, sql } from 'drizzle-orm';
import { contacts, conversations, episodes } from '../../db/schema';
import { openingAt } from '../../domain/plan';
import {
  isRunning,
  rulesOf,
  threadQuery,
  toThread,
  type EpisodeThread,
  type Thread,
} from '../conversation/thread';
import type { Transact } from '../transact';
import type { VerbContext } from '../verb-context';
import { getOrganization } from './get-organization';
import { writeWoken } from './write-woken';

const SPREAD_MS = 10 * 60_000;
/** Contacts are locked together for as long as their page takes: some 100 ms. */
const PAGE_SIZE = 250;

/**
 * Wakes what the organization's pause holds, spread over 10 minutes, in a transaction per page. `resumed` is the number
 * of the resume: a later pause or resume ends this one's work. Dies the process in between, the same resume asked again
 * goes on with the rest; else the look every 6 h does, as for a claim that was deferred at this very moment.
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
  const held = (await lockThreads(ctx, ids)).filter(isHeldByPause);
  await writeWoken(ctx, held.map(wake));
  return held.length;
}

/** As `lockThread`, for many: contacts in id order, then conversations in id order, and only then everything is read. */
async function lockThreads({ tx, organizationId, now }: VerbContext, ids: string[]): Promise<Thread[]> {
  const ours = and(
    eq(conversations.organizationId, organizationId),
    sql`${conversations.id} = any(${sql.param(ids)}::uuid[])`,
  );
  const owners = tx.select({ id: conversations.contactId }).from(conversations).where(ours);
  await tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.organizationId, organizationId), sql`${contacts.id} in (${owners})`))
    .orderBy(asc(contacts.id))
    .for('no key update');
  await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(ours)
    .orderBy(asc(conversations.id))
    .for('no key update');
  const rows = await threadQuery(tx).where(ours);
  return rows.map((row) => toThread(row, now));
}

const isHeldByPause = (thread: Thread): thread is EpisodeThread =>
  isRunning(thread) &&
  thread.episode.state === 'waiting' &&
  thread.episode.deferredBy === 'organization_paused';

function wake(thread: EpisodeThread) {
  const wokenAt = new Date(thread.now.getTime() + spreadMs(thread.conversation.id));
  const nextDueAt = thread.episode.nextKind === 'nudge' ? openingAt(rulesOf(thread), wokenAt) : wokenAt;
  const deferredBy = nextDueAt.getTime() > wokenAt.getTime() ? ('send_window' as const) : null;
  return { thread, nextDueAt, deferredBy };
}

/** The tail of a UUIDv7 is random: the same conversation always gets the same place in the ten minutes. */
function spreadMs(conversationId: string): number {
  return Math.floor((Number.parseInt(conversationId.slice(-8), 16) / 2 ** 32) * SPREAD_MS);
}
