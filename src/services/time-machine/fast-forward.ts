import { and, eq, ne, sql } from 'drizzle-orm';
import { setTimeout as wait } from 'node:timers/promises';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import { conversations, episodes } from '../../db/schema';
import { AppError } from '../../domain/errors';
import { episodeRef, isRunning, readThread, type EpisodeThread, type Thread } from '../conversation/thread';
import type { TimeMachine } from '../ports';
import type { VerbContext } from '../verb-context';

export interface FastForwardTools {
  timeMachine: TimeMachine;
  transact<T>(work: (ctx: VerbContext) => Promise<T>): Promise<T>;
  /** Brings the workflow of one episode up to date. */
  deliver(ref: EpisodeRef): Promise<void>;
}

export interface FastForwardResult {
  thread: Thread;
  /** False when something that fell due has not happened yet: a provider that does not answer, no worker. */
  settled: boolean;
}

/** A hop ends this much behind what it is for, since two clocks never agree to the millisecond. */
const MARGIN_MS = 100;
const SETTLE_LIMIT_MS = 20_000;
const LOOK_AGAIN_MS = 50;
const AT_ONCE = 8;

/** Moves one conversation's time on by `byMs`; what falls due on the way happens, each at its own time. */
export async function fastForward(
  tools: FastForwardTools,
  conversationId: string,
  byMs: number,
): Promise<FastForwardResult> {
  let leftMs = byMs;
  let { thread } = await settle(tools, conversationId);
  while (leftMs > 0) {
    if (!isRunning(thread)) {
      await moveClock(tools, conversationId, leftMs);
      break;
    }
    const hopMs = Math.min(leftMs, untilNextMs(thread) + MARGIN_MS);
    const { skippedMs, ended } = await hop(tools, thread, hopMs);
    await moveClock(tools, conversationId, skippedMs);
    leftMs -= ended ? Math.max(1, skippedMs) : hopMs;
    const reached = await settle(tools, conversationId);
    thread = reached.thread;
    // What does not settle is tried again at times of its own: the rest of the way is one leap over those.
    if (!reached.settled && isRunning(thread) && leftMs > 0) {
      await moveClock(tools, conversationId, (await hop(tools, thread, leftMs)).skippedMs);
      leftMs = 0;
    }
  }
  return settle(tools, conversationId);
}

/** To what comes next in one conversation. Throws not_found, and conflict when nothing does. */
export async function fastForwardToNext(
  tools: FastForwardTools,
  conversationId: string,
): Promise<FastForwardResult> {
  const { thread } = await settle(tools, conversationId);
  if (!isRunning(thread)) throw new AppError('conflict', 'Nothing comes next in this conversation.');
  return fastForward(tools, conversationId, untilNextMs(thread) + MARGIN_MS);
}

/** Every conversation of the organization that waits or is paused, a few at a time. */
export async function fastForwardAll(tools: FastForwardTools, byMs: number): Promise<FastForwardResult[]> {
  const ids = await tools.transact(listRunning);
  const results: FastForwardResult[] = [];
  const queue = ids.values();
  const takeFromQueue = async () => {
    for (const id of queue) results.push(await fastForward(tools, id, byMs));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeFromQueue));
  const place = new Map(ids.map((id, index) => [id, index]));
  return results.sort((one, other) => (place.get(idOf(one)) ?? 0) - (place.get(idOf(other)) ?? 0));
}

const idOf = ({ thread }: FastForwardResult) => thread.conversation.id;

async function listRunning({ tx, organizationId }: VerbContext): Promise<string[]> {
  const rows = await tx
    .select({ id: episodes.conversationId })
    .from(episodes)
    .where(and(eq(episodes.organizationId, organizationId), ne(episodes.state, 'ended')))
    .orderBy(episodes.conversationId);
  return rows.map(({ id }) => id);
}

async function hop(tools: FastForwardTools, thread: EpisodeThread, byMs: number) {
  const ref = episodeRef(thread);
  if (thread.episode.deliveredRevision < thread.episode.revision) await tools.deliver(ref);
  return tools.timeMachine.fastForward(ref, byMs);
}

async function moveClock({ transact }: FastForwardTools, conversationId: string, byMs: number) {
  if (byMs <= 0) return;
  await transact(({ tx, organizationId }) =>
    tx
      .update(conversations)
      .set({ clockOffsetMs: sql`${conversations.clockOffsetMs} + ${Math.round(byMs)}` })
      .where(and(eq(conversations.organizationId, organizationId), eq(conversations.id, conversationId))),
  );
}

/** Waits until nothing is overdue any more. Throws not_found. */
async function settle({ transact }: FastForwardTools, conversationId: string): Promise<FastForwardResult> {
  const deadlineMs = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const thread = await transact((ctx) => readThread(ctx, conversationId));
    const settled = !isRunning(thread) || untilNextMs(thread) > 0;
    if (settled || Date.now() >= deadlineMs) return { thread, settled };
    await wait(LOOK_AGAIN_MS);
  }
}

/** Milliseconds until the next step or the end of the pause, as the conversation counts time; 0 when it is due. */
function untilNextMs({ episode, now }: EpisodeThread): number {
  const nextAt = episode.state === 'paused' ? episode.pausedUntil : episode.nextDueAt;
  return Math.max(0, (nextAt ?? now).getTime() - now.getTime());
}
