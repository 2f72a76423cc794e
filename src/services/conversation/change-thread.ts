import { v7 as uuidv7 } from 'uuid';
import { together } from '../../db/together';
import type { StopReason, Verdict } from '../../domain/conversation';
import type { GateVerdict } from '../../domain/gates';
import type { Touched, VerbContext } from '../verb-context';
import { startInputOf } from './snapshot';
import {
  insertDecision,
  insertStageChange,
  writeConversation,
  writeEpisode,
  writeOutbox,
} from './write-statements';
import { episodeRef, type ConversationRow, type EpisodeRow, type EpisodeThread, type Thread } from './thread';

/** 0: changes, never behind starts. 1: live starts. 2: bulk starts. */
export const LANES = { change: 0, start: 1, bulk: 2 } as const;
export type Lane = (typeof LANES)[keyof typeof LANES];

/** A first step further away than this loses nothing when its workflow starts a minute late. */
const SOON_MS = 2 * 60_000;

/** Whether the start of an episode's workflow may give way for a minute: nothing of it is due soon. */
function isPatient({ openedAt, nextDueAt }: Pick<EpisodeRow, 'openedAt' | 'nextDueAt'>): boolean {
  return nextDueAt !== null && nextDueAt.getTime() - openedAt.getTime() > SOON_MS;
}

type ConversationPatch = Partial<
  Pick<ConversationRow, 'stage' | 'stopReason' | 'episode' | 'lastInboundAt' | 'clockOffsetMs'>
>;
type EpisodePatch = Partial<
  Omit<EpisodeRow, 'organizationId' | 'conversationId' | 'number' | 'sequenceId' | 'nudgesSent' | 'openedAt'>
>;

export interface StageNote {
  reason?: StopReason | null;
  note?: string | null;
}

/** Raises the fence and changes the conversation in one statement; a new stage is written to the timeline. */
export async function raiseFence(
  ctx: VerbContext,
  thread: Thread,
  patch: ConversationPatch,
  why: StageNote = {},
) {
  await updateConversation(ctx, thread, patch, 1, why);
}

/** Changes the conversation under the fence that stands: only what a recorded send itself brings about. */
export async function moveStage(
  ctx: VerbContext,
  thread: Thread,
  patch: ConversationPatch,
  why: StageNote = {},
) {
  await updateConversation(ctx, thread, patch, 0, why);
}

async function updateConversation(
  { tx, touched }: VerbContext,
  thread: Thread,
  patch: ConversationPatch,
  raise: 0 | 1,
  why: StageNote,
) {
  const { stage: fromStage } = thread.conversation;
  const changed = { ...thread.conversation, ...patch, updatedAt: thread.now };
  const noted = changed.stage !== fromStage || why.note;
  const [[row]] = await together([
    writeConversation(tx).execute({ ...changed, raise }),
    noted ? noteStage({ tx }, { ...thread, conversation: changed }, fromStage, why) : undefined,
  ]);
  if (!row) throw new Error(`conversation ${changed.id} vanished under its lock`);
  thread.conversation = { ...changed, ...row };
  forgetStart(touched, changed.id);
}

/** What an episode opened in this transaction would start with is not what is committed: its delivery reads. */
function forgetStart(touched: Touched[], conversationId: string) {
  for (const told of touched) if (told.ref.conversationId === conversationId) delete told.start;
}

/** One line of the timeline: the stage the conversation is in now, where it came from and why. */
export async function noteStage(
  { tx }: Pick<VerbContext, 'tx'>,
  thread: Thread,
  fromStage: ConversationRow['stage'] | null,
  why: StageNote,
) {
  const { organizationId, id, stage, episode } = thread.conversation;
  await insertStageChange(tx).execute({
    organizationId,
    id: uuidv7(),
    conversationId: id,
    episode,
    fromStage,
    toStage: stage,
    reason: why.reason ?? null,
    note: why.note ?? null,
    at: thread.now,
  });
}

/** Changes the episode at the fence just raised and tells its workflow: always after `raiseFence`. */
export async function changeEpisode(ctx: VerbContext, thread: EpisodeThread, patch: EpisodePatch) {
  const revision = thread.conversation.fence;
  if (ctx.byWorkflow) return updateEpisode(ctx, thread, { ...patch, revision, deliveredRevision: revision });
  const changed = { ...thread, episode: { ...thread.episode, ...patch, revision } };
  await together([updateEpisode(ctx, thread, { ...patch, revision }), enqueue(ctx, changed, LANES.change)]);
}

/** Changes the episode within its revision: the workflow gets this snapshot as the result of its own act. */
export async function updateEpisode(ctx: VerbContext, thread: EpisodeThread, patch: EpisodePatch) {
  const changed = { ...thread.episode, ...patch, updatedAt: ctx.now };
  const [row] = await writeEpisode(ctx.tx).execute(changed);
  if (!row) {
    throw new Error(
      `episode ${changed.number} of conversation ${changed.conversationId} vanished under its lock`,
    );
  }
  thread.episode = { ...changed, ...row };
}

/** How long the request that made the row has for itself before the relay looks. */
export const RELAY_AFTER_SECONDS = 2;
/** Until then the relay takes a patient start only where there is room; from then on like any live one. */
const PATIENCE_SECONDS = 60;

/** The level-triggered outbox row of the thread's episode, at its present revision; a live start brings its facts along. */
export async function enqueue(ctx: VerbContext, thread: EpisodeThread, lane: Lane) {
  const ref = episodeRef(thread);
  const { revision } = thread.episode;
  const patient = lane === LANES.start && isPatient(thread.episode);
  const delaySeconds = lane === LANES.bulk ? 0 : patient ? PATIENCE_SECONDS : RELAY_AFTER_SECONDS;
  await writeOutbox(ctx.tx).execute({ ...ref, revision, lane, delaySeconds });
  if (lane === LANES.change) ctx.touched.push({ ref });
  if (lane === LANES.start) ctx.touched.push({ ref, start: startInputOf(thread), patient });
}

export interface DecisionNote {
  step: number;
  verdict: Verdict;
  gates: GateVerdict[];
  nextAt: Date | null;
}

/** Stores why a step was sent, or not. */
export async function noteDecisions({ tx }: VerbContext, thread: EpisodeThread, notes: DecisionNote[]) {
  const { organizationId, conversationId, number: episode } = thread.episode;
  const row = { organizationId, conversationId, episode, at: thread.now };
  for (const note of notes) {
    const gates = JSON.stringify(note.gates);
    await insertDecision(tx).execute({ ...row, ...note, id: uuidv7(), gates });
  }
}
