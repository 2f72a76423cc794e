import type { ApiClient, Conversation } from './api-client';
import type { ReplyFacts } from './facts';
import type { ScriptedReply } from './read-examples';

export interface PlayOptions {
  api: ApiClient;
  conversations: Conversation[];
  replies: ScriptedReply[];
  /** How many messages the receivers have for a conversation. */
  countArrivals(externalId: string): number;
  /** Names the part of a day to which an instant belongs. */
  sceneOf(at: Date): string;
  onScene(scene: Scene): void;
}

/** What happened in one part of a day. */
export interface Scene {
  at: Date;
  nudges: number;
  replies: number;
  ghosted: number;
  /** Conversations in which we still wait. */
  waiting: number;
}

export interface PlayResult {
  /** By external id. */
  replies: Map<string, ReplyFacts>;
  /** `externalId step` of nudges that waited for their window. */
  held: Set<string>;
}

/** One conversation on its way: each has a clock of its own, which runs ahead of ours by what was skipped. */
interface Actor {
  conversation: Conversation;
  externalId: string;
  aheadMs: number;
  reply: (ScriptedReply & { at: Date | null; isGiven: boolean }) | null;
}

/** Nearly all of a turn is waiting for the Temporal server, about a second for each timer that it skips. */
const AT_ONCE = 24;
const MOST_SCENES = 500;
const MOST_TURNS = 50;
const MINUTE_MS = 60_000;

/**
 * Moves time on until nobody waits any more, one part of a day after the other; within it every conversation has its
 * turns, be it a nudge, the end, or a contact who answers. Throws when something due did not happen.
 */
export async function play(options: PlayOptions): Promise<PlayResult> {
  const actors = options.conversations.map((conversation) => castActor(conversation, options.replies));
  const result: PlayResult = { replies: new Map(), held: new Set() };
  for (let count = 0; count < MOST_SCENES; count++) {
    const waiting = actors.filter(isWaiting);
    if (waiting.length === 0) return result;
    const at = new Date(Math.min(...waiting.map((actor) => turnOf(actor).getTime())));
    options.onScene(await playScene(at, actors, options, result));
  }
  throw new Error(`After ${MOST_SCENES} scenes somebody still waits.`);
}

async function playScene(
  at: Date,
  actors: Actor[],
  options: PlayOptions,
  result: PlayResult,
): Promise<Scene> {
  const { countArrivals, sceneOf } = options;
  const countAll = () => actors.reduce((sum, { externalId }) => sum + countArrivals(externalId), 0);
  const before = {
    nudges: countAll(),
    replies: result.replies.size,
    waiting: actors.filter(isWaiting).length,
  };
  await forEachAtOnce(actors, async (actor) => {
    for (let turn = 0; isWaiting(actor) && sceneOf(turnOf(actor)) === sceneOf(at); turn++) {
      if (turn === MOST_TURNS) throw new Error(`${actor.externalId} does not come to an end.`);
      await act(actor, options, result);
    }
  });
  const waiting = actors.filter(isWaiting).length;
  const replies = result.replies.size - before.replies;
  return {
    at,
    nudges: countAll() - before.nudges,
    replies,
    ghosted: before.waiting - waiting - replies,
    waiting,
  };
}

function castActor(conversation: Conversation, replies: ScriptedReply[]): Actor {
  const externalId = conversation.externalId ?? conversation.id;
  const script = replies.find((reply) => reply.conversation === externalId);
  const actor: Actor = {
    conversation,
    externalId,
    aheadMs: 0,
    reply: script ? { ...script, at: null, isGiven: false } : null,
  };
  if (conversation.episode) planReply(actor, 0, new Date(conversation.episode.anchorAt));
  return actor;
}

/** The contact has heard enough and will answer a little later. */
function planReply({ reply }: Actor, nudges: number, at: Date): void {
  if (reply === null || reply.at !== null || nudges < reply.afterNudges) return;
  reply.at = new Date(at.getTime() + reply.minutesLater * MINUTE_MS);
}

function isWaiting({ conversation }: Actor): boolean {
  return conversation.episode?.state === 'waiting';
}

/** When something happens next in this conversation, whoever does it. */
function turnOf(actor: Actor): Date {
  const dueAt = actor.conversation.episode?.next?.dueAt;
  if (dueAt === undefined || dueAt === null) throw new Error(`${actor.externalId} waits for nothing.`);
  const due = new Date(dueAt);
  const replyAt = replyTurnOf(actor);
  return replyAt !== null && replyAt < due ? replyAt : due;
}

function replyTurnOf({ reply }: Actor): Date | null {
  return reply === null || reply.isGiven ? null : reply.at;
}

async function act(actor: Actor, { api, countArrivals }: PlayOptions, result: PlayResult): Promise<void> {
  const replyAt = replyTurnOf(actor);
  const turnAt = turnOf(actor);
  noteHeld(actor, result.held);
  await moveTo(actor, api, turnAt);
  if (replyAt !== null && replyAt <= turnAt) await giveReply(actor, api, result);
  else planReply(actor, countArrivals(actor.externalId), nowOf(actor));
}

function nowOf({ aheadMs }: Actor): Date {
  return new Date(Date.now() + aheadMs);
}

/** Real time runs on while others are on stage: what is due may have happened by itself, and that is as good. */
async function moveTo(actor: Actor, api: ApiClient, at: Date): Promise<void> {
  const seconds = Math.max(1, Math.ceil((at.getTime() - nowOf(actor).getTime()) / 1000));
  const [moved] = (await api.fastForward(actor.conversation.id, `${seconds}s`)).items;
  if (moved?.settled !== true) throw new Error(`In ${actor.externalId} something due did not happen.`);
  actor.aheadMs = new Date(moved.now).getTime() - Date.now();
  actor.conversation = moved.conversation;
}

async function giveReply(actor: Actor, api: ApiClient, { replies }: PlayResult): Promise<void> {
  if (actor.reply === null) return;
  const { text } = actor.reply;
  actor.reply.isGiven = true;
  const answer = await api.answer(actor.conversation.id, text);
  replies.set(actor.externalId, {
    text,
    at: answer.message.sentAt,
    effect: answer.effect,
    acknowledgedAtMs: Date.now(),
    inFlight: answer.inFlight.map(({ deliveryId }) => deliveryId),
  });
  actor.conversation = answer.conversation;
}

function noteHeld({ externalId, conversation }: Actor, held: Set<string>): void {
  const next = conversation.episode?.next;
  if (next?.kind === 'nudge' && next.deferredBy === 'send_window') held.add(`${externalId} ${next.step}`);
}

async function forEachAtOnce<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const takeFromQueue = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeFromQueue));
}
