import { count } from 'drizzle-orm';
import { deliveries, messages } from '../../src/db/schema';
import { readThread, type Thread } from '../../src/services/conversation/thread';
import { conversationView } from '../../src/services/conversation/view';
import type { VerbContext } from '../../src/services/verb-context';
import type { ScriptedCall, ScriptedChannel } from '../../test/support/scripted-channel';
import type { Place } from './acts';
import type { Episode } from './model';

/** What anybody may see of a conversation, and two facts more: when the last step counts, and what a pause keeps. */
export interface Seen {
  stage: string;
  optedOut: string[];
  messages: number;
  deliveries: Record<string, string>;
  /** Each call of the provider: channel, episode and step. */
  calls: string[];
  episode: (Episode & { comes: string }) | null;
}

export interface Look {
  /** Real time. */
  now: number;
  /** Something is due, or a call is under way. */
  busy: boolean;
  seen: Map<Place, Seen & { offsetMs: number }>;
}

type DeliveryRow = typeof deliveries.$inferSelect;

/** Reads every conversation as the API answers it, in one transaction. */
export async function look(
  ctx: VerbContext,
  ids: ReadonlyMap<Place, string>,
  channels: readonly ScriptedChannel[],
): Promise<Look> {
  const rows = await ctx.tx.select().from(deliveries);
  const said = await ctx.tx
    .select({ id: messages.conversationId, count: count() })
    .from(messages)
    .groupBy(messages.conversationId);
  const found: Look = { now: ctx.now.getTime(), busy: false, seen: new Map() };
  for (const [place, id] of ids) {
    const thread = await readThread(ctx, id);
    const own = rows.filter((row) => row.conversationId === id);
    const calls = channels.flatMap((channel) =>
      channel.callsOf(id).map((call) => [channel.kind, call] as const),
    );
    found.seen.set(place, {
      ...ofThread(thread),
      messages: said.find((row) => row.id === id)?.count ?? 0,
      deliveries: Object.fromEntries(own.map((row) => [keyOf(row), row.status])),
      calls: calls.map(([kind, call]) => `${kind} ${nameOf(call, own)}`),
    });
    found.busy ||= isOverdue(thread) || own.some(({ status }) => status === 'claimed');
  }
  return found;
}

const keyOf = ({ episode, step }: { episode: number; step: number }) => `${episode}.${step}`;

/** A call says its own step; the row of its delivery must say the same. */
function nameOf({ nudge }: ScriptedCall, rows: DeliveryRow[]): string {
  const row = rows.find(({ id }) => id === nudge.deliveryId);
  const name = keyOf(nudge);
  return row && keyOf(row) === name ? name : `${name} under a key of ${row ? keyOf(row) : 'nobody'}`;
}

function isOverdue({ episode, now }: Thread): boolean {
  if (!episode || episode.state === 'ended') return false;
  const nextAt = episode.state === 'paused' ? episode.pausedUntil : episode.nextDueAt;
  return nextAt !== null && nextAt.getTime() <= now.getTime();
}

function ofThread(thread: Thread) {
  const { stage, contact, episode, sequence } = conversationView(thread, () => null);
  const { clockOffsetMs: offsetMs } = thread.conversation;
  const seen = { stage, optedOut: contact.optedOut, offsetMs };
  if (!episode) return { ...seen, episode: null };
  const { number, state, nudgesSent: sent, stopReason: reason, next } = episode;
  const instants = {
    openedAt: Date.parse(episode.openedAt),
    anchorAt: Date.parse(episode.anchorAt),
    endedAt: parse(episode.endedAt),
    pausedUntil: parse(episode.pausedUntil),
    dueAt: parse(next?.dueAt),
    doneAt: thread.episode?.lastStepAt?.getTime() ?? null,
    leftMs: thread.episode?.remainingMs ?? null,
  };
  const comes = next ? `${next.kind} ${next.step} ${next.stage}` : 'nothing';
  const held = next?.deferredBy === 'organization_paused';
  const facts = {
    number,
    version: sequence.version ?? 0,
    state,
    sent,
    reason,
    next: next?.step ?? 0,
    comes,
    held,
  };
  return { ...seen, episode: { ...facts, ...instants } };
}

const parse = (at: string | null | undefined) => (at ? Date.parse(at) : null);
