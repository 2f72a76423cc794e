import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  ActInput,
  ConversationActivities,
  ConversationInput,
  Snapshot,
  SnapshotNextKind,
} from '../../contracts/conversation-workflow';
import { ACT_OPTIONS } from '../activity-options';
import { currentDetails } from './current-details';
import { changed } from './messages';

const acts = proxyActivities<ConversationActivities>(ACT_OPTIONS);

/**
 * The durable clock of one episode. It waits on "newer snapshot or due time", acts when time is up, and goes on from the
 * snapshot that the act returned. It decides nothing: PostgreSQL does, under the fence. It ends when nothing comes next.
 */
export async function conversation(input: ConversationInput): Promise<Pick<Snapshot, 'stopReason'>> {
  const now = () => Date.now() + input.clockOffsetMs;
  let snapshot = input.snapshot;
  let notBeforeMs = 0;

  setHandler(
    changed,
    (newer) => {
      if (newer.revision <= snapshot.revision) return;
      snapshot = newer;
      notBeforeMs = 0;
    },
    { description: 'A newer snapshot of the episode; older ones are ignored.' },
  );

  while (snapshot.next) {
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof conversation>({ ...input, snapshot });
    const { next, revision } = snapshot;
    setCurrentDetails(currentDetails(snapshot));

    const leadMs = next.kind === 'nudge' ? (input.nudgeLeadMs ?? FIRST_LEAD_MS) : 0;
    const waitMs = Math.max(Date.parse(next.dueAt) - leadMs, notBeforeMs) - now();
    const newerCame = () => snapshot.revision > revision;
    if (waitMs > 0 && (await condition(newerCame, waitMs, { summary: next.label }))) continue;

    const after = await act(next.kind, {
      organizationId: input.organizationId,
      conversationId: input.conversationId,
      episode: input.episode,
      channel: input.channel,
      revision,
      step: next.step,
      now: new Date(now()).toISOString(),
      dueAt: next.dueAt,
    });
    if (after.revision >= snapshot.revision) snapshot = after;
    notBeforeMs = snapshot.revision > revision || movedOn(next, snapshot) ? 0 : now() + ASK_AGAIN_MS;
  }

  setCurrentDetails(currentDetails(snapshot));
  await condition(allHandlersFinished);
  return { stopReason: snapshot.stopReason };
}

/** Of runs that were started before the lead was part of their input. */
const FIRST_LEAD_MS = 50;

/** An act that changed nothing is asked again after this, never in a tight loop. */
const ASK_AGAIN_MS = 60_000;

function movedOn(asked: NonNullable<Snapshot['next']>, { next }: Snapshot): boolean {
  return next?.kind !== asked.kind || next.step !== asked.step || next.dueAt !== asked.dueAt;
}

function act(kind: SnapshotNextKind, input: ActInput): Promise<Snapshot> {
  switch (kind) {
    case 'nudge':
      return acts.sendNudge(input);
    case 'ghost':
      return acts.ghostConversation(input);
    case 'resume':
      return acts.resumeConversation(input);
  }
}
