import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import type { Tx } from '../../db/client';
import { contacts, conversations, episodes, organizations, sequences } from '../../db/schema';
import { defineStatement } from '../../db/define-statement';
import { together } from '../../db/together';
import { AppError } from '../../domain/errors';
import { resolveWindow, type Rules } from '../../domain/plan';
import type { VerbContext } from '../verb-context';

export type OrganizationRow = typeof organizations.$inferSelect;
export type ContactRow = typeof contacts.$inferSelect;
export type ConversationRow = typeof conversations.$inferSelect;
export type EpisodeRow = typeof episodes.$inferSelect;
export type SequenceRow = typeof sequences.$inferSelect;

/** A conversation with everything its rules need. `now` is the conversation's time (real time plus its offset). */
export interface Thread {
  organization: OrganizationRow;
  contact: ContactRow;
  conversation: ConversationRow;
  /** The latest episode and the version it is pinned to; null before the first. */
  episode: EpisodeRow | null;
  sequence: SequenceRow | null;
  now: Date;
}

/** A thread whose episode exists. */
export type EpisodeThread = Thread & { episode: EpisodeRow; sequence: SequenceRow };

export const unknownConversation = () => new AppError('not_found', 'No such conversation.');

export function conversationNow(conversation: { clockOffsetMs: number }, now: Date): Date {
  return new Date(now.getTime() + conversation.clockOffsetMs);
}

export function hasEpisode(thread: Thread): thread is EpisodeThread {
  return thread.episode !== null && thread.sequence !== null;
}

/** True while an episode waits or is paused. */
export function isRunning(thread: Thread): thread is EpisodeThread {
  return hasEpisode(thread) && thread.episode.state !== 'ended';
}

export function episodeRef(thread: Pick<EpisodeThread, 'episode'>): EpisodeRef {
  const { organizationId, conversationId, number } = thread.episode;
  return { organizationId, conversationId, episode: number };
}

/** The rules of an episode: its own version, the organization's present settings, the contact's zone. */
export function rulesOf(thread: EpisodeThread): Rules {
  return rulesFor(thread.organization, thread.contact, thread.sequence);
}

export function rulesFor(
  organization: OrganizationRow,
  contact: Pick<ContactRow, 'timeZone'>,
  sequence: SequenceRow,
): Rules {
  return {
    ladder: sequence.ladder,
    window: resolveWindow(sequence.ladder, organization.sendWindow),
    holidays: organization.holidays,
    timeZone: contact.timeZone ?? organization.timeZone,
    organizationLatenessLimitMs: organization.latenessLimitMs,
  };
}

/**
 * Locks contact, then conversation, and only then reads the rest in a later statement (design §2, Locks: one statement
 * that locks and reads would see what stood before it waited). Throws not_found.
 */
export async function lockThread(ctx: VerbContext, conversationId: string): Promise<Thread> {
  const key = { organizationId: ctx.organizationId, conversationId };
  const [locked, [row]] = await together([
    lockStatement(ctx.tx).execute(key),
    readStatement(ctx.tx).execute(key),
  ]);
  if (locked.length === 0 || !row) throw unknownConversation();
  return toThread(row, ctx.now);
}

/** One statement, two locks in order: the conversation's row is joined to, and so waits for, the locked contact's. */
const lockStatement = defineStatement((tx) => {
  const organizationId = sql.placeholder('organizationId');
  const conversationId = sql.placeholder('conversationId');
  const owner = tx
    .select({ id: conversations.contactId })
    .from(conversations)
    .where(and(eq(conversations.organizationId, organizationId), eq(conversations.id, conversationId)));
  const contact = tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.organizationId, organizationId), eq(contacts.id, sql`(${owner})`)))
    .for('no key update')
    .as('locked_contact');
  return tx
    .select({ id: conversations.id })
    .from(contact)
    .innerJoin(conversations, eq(conversations.contactId, contact.id))
    .where(and(eq(conversations.organizationId, organizationId), eq(conversations.id, conversationId)))
    .for('no key update', { of: conversations })
    .prepare('lock_thread');
});

/** Locks a contact and all its conversations in id order. Throws not_found. */
export async function lockContactThreads(ctx: VerbContext, contactId: string): Promise<Thread[]> {
  const { tx, organizationId } = ctx;
  const locked = await tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.organizationId, organizationId), eq(contacts.id, contactId)))
    .for('no key update');
  if (locked.length === 0) throw new AppError('not_found', 'No such contact.');
  const owned = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.organizationId, organizationId), eq(conversations.contactId, contactId)))
    .orderBy(asc(conversations.id))
    .for('no key update');
  const ids = owned.map(({ id }) => id);
  return ids.length === 0 ? [] : selectThreads(ctx, ids);
}

/** The thread as it stands, without locks: for answers, and for the text of a nudge before its claim. */
export async function readThread(ctx: VerbContext, conversationId: string): Promise<Thread> {
  const key = { organizationId: ctx.organizationId, conversationId };
  const [row] = await readStatement(ctx.tx).execute(key);
  if (!row) throw unknownConversation();
  return toThread(row, ctx.now);
}

const readStatement = defineStatement((tx) =>
  threadQuery(tx)
    .where(
      and(
        eq(conversations.organizationId, sql.placeholder('organizationId')),
        eq(conversations.id, sql.placeholder('conversationId')),
      ),
    )
    .prepare('read_thread'),
);

async function selectThreads(
  { tx, organizationId, now }: { tx: Tx; organizationId: string; now: Date },
  ids: string[],
): Promise<Thread[]> {
  const rows = await threadQuery(tx)
    .where(and(eq(conversations.organizationId, organizationId), inArray(conversations.id, ids)))
    .orderBy(asc(conversations.id));
  return rows.map((row) => toThread(row, now));
}

type ThreadRow = Omit<Thread, 'now'>;

export function toThread(row: ThreadRow, now: Date): Thread {
  return { ...row, now: conversationNow(row.conversation, now) };
}

/** The join behind every thread: also used by lists, which add their own filters. */
export function threadQuery(tx: Tx) {
  return tx
    .select({
      organization: organizations,
      contact: contacts,
      conversation: conversations,
      episode: episodes,
      sequence: sequences,
    })
    .from(conversations)
    .innerJoin(organizations, eq(organizations.id, conversations.organizationId))
    .innerJoin(
      contacts,
      and(
        eq(contacts.organizationId, conversations.organizationId),
        eq(contacts.id, conversations.contactId),
      ),
    )
    .leftJoin(
      episodes,
      and(
        eq(episodes.organizationId, conversations.organizationId),
        eq(episodes.conversationId, conversations.id),
        eq(episodes.number, conversations.episode),
      ),
    )
    .leftJoin(
      sequences,
      and(eq(sequences.organizationId, episodes.organizationId), eq(sequences.id, episodes.sequenceId)),
    );
}
