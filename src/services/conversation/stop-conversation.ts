import { isStronger, type StopReason } from '../../domain/conversation';
import { addOptOut, optOutThreads } from '../contact/opt-out-contact';
import type { VerbContext } from '../verb-context';
import { endEpisode } from './end-episode';
import { inFlightOf, type InFlight } from './in-flight';
import { lockContactThreads, lockThread, readThread, unknownConversation, type Thread } from './thread';

export interface StopInput {
  reason: Extract<StopReason, 'handed_off' | 'closed_won' | 'closed_lost' | 'opted_out' | 'cancelled'>;
  note?: string | undefined;
}

export interface StopResult {
  effect: 'stopped' | 'none';
  inFlight: InFlight[];
  thread: Thread;
}

/**
 * Stops a conversation for good or for now; works before a first episode too. A reason that is not stronger than the
 * one that stands changes nothing. `opted_out` is the contact's, on all channels. Throws not_found.
 */
export async function stopConversation(
  ctx: VerbContext,
  conversationId: string,
  input: StopInput,
): Promise<StopResult> {
  if (input.reason === 'opted_out') return stopByOptOut(ctx, conversationId, input.note);
  const thread = await lockThread(ctx, conversationId);
  const inFlight = await inFlightOf(ctx, [conversationId]);
  if (!isStronger(input.reason, thread.conversation.stopReason)) return { effect: 'none', inFlight, thread };
  await endEpisode(ctx, thread, input.reason, { note: input.note ?? null });
  return { effect: 'stopped', inFlight, thread };
}

async function stopByOptOut(ctx: VerbContext, conversationId: string, note?: string): Promise<StopResult> {
  const { contact } = await readThread(ctx, conversationId);
  const threads = await lockContactThreads(ctx, contact.id);
  const thread = threads.find(({ conversation }) => conversation.id === conversationId);
  if (!thread) throw unknownConversation();
  const effect = isStronger('opted_out', thread.conversation.stopReason) ? 'stopped' : 'none';
  const covered = await optOutThreads(ctx, threads, 'all', note ?? null);
  thread.contact = await addOptOut(ctx, contact.id, 'all');
  const inFlight = await inFlightOf(
    ctx,
    covered.map(({ conversation }) => conversation.id),
  );
  return { effect, inFlight, thread };
}
