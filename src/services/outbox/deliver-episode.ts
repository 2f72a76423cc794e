import { and, eq, lte, sql } from 'drizzle-orm';
import type { EpisodeRef } from '../../contracts/conversation-workflow';
import { inOrganization, type Database } from '../../db/client';
import { defineStatement } from '../../db/define-statement';
import { conversations, episodes, outbox, sequences } from '../../db/schema';
import { together } from '../../db/together';
import { startInputOf } from '../conversation/snapshot';
import type { ConversationRow, EpisodeRow, SequenceRow } from '../conversation/thread';
import type { EngineClient } from '../ports';
import type { Touched } from '../verb-context';

export interface DeliverDependencies {
  database: Database;
  engine: EngineClient;
  /** Asked before a workflow is started; false leaves the row to the relay. */
  mayStart(): boolean;
}

export type DeliverResult = 'started' | 'signalled' | 'nothing_to_do' | 'left';

/**
 * The delivery right after a commit. An episode that the commit opened starts with what its transaction wrote: nobody knew
 * of it before, so a reading at the commit would have said the same. Everything else is read.
 */
export async function deliverTouched(
  deps: DeliverDependencies,
  { ref, start }: Touched,
): Promise<DeliverResult> {
  if (!start) return deliverEpisode(deps, ref);
  if (!deps.mayStart()) return 'left';
  if ((await deps.engine.start(start)) !== 'started') return deliverEpisode(deps, ref);
  return settleStart(deps, ref, start.snapshot.revision);
}

/**
 * Brings the workflow of one episode up to what PostgreSQL says now, then removes the outbox row up to that revision.
 * Safe to run twice, at once, or late. Throws when Temporal or PostgreSQL cannot be reached: the row stays.
 */
export async function deliverEpisode(deps: DeliverDependencies, ref: EpisodeRef): Promise<DeliverResult> {
  const found = await readEpisode(deps.database, ref);
  if (!found) return 'nothing_to_do';
  const { episode } = found;
  const neverStarted = episode.deliveredRevision === 0;
  if (neverStarted && episode.state === 'ended') return settle('nothing_to_do');
  if (neverStarted && !deps.mayStart()) return 'left';
  const input = startInputOf(found);
  if (neverStarted && (await deps.engine.start(input)) === 'started')
    return settleStart(deps, ref, episode.revision);
  if ((await deps.engine.signal(ref, input.snapshot)) === 'signalled') return settle('signalled');
  if (episode.state === 'ended') return settle('nothing_to_do');
  if ((await deps.engine.start(input)) === 'started') return settle('started');
  throw new Error('the workflow of a waiting episode has completed: it can be neither signalled nor started');

  async function settle(result: DeliverResult) {
    await markDelivered(deps.database, ref, episode.revision, result !== 'nothing_to_do');
    return result;
  }
}

/** While we started, the episode may have ended, and another delivery found nothing to tell: it is told now. */
async function settleStart(
  deps: DeliverDependencies,
  ref: EpisodeRef,
  revision: number,
): Promise<DeliverResult> {
  const newest = await markDelivered(deps.database, ref, revision, true);
  if (newest > revision) await deliverEpisode(deps, ref);
  return 'started';
}

type Found = { conversation: ConversationRow; episode: EpisodeRow; sequence: SequenceRow };

async function readEpisode(database: Database, ref: EpisodeRef): Promise<Found | undefined> {
  return inOrganization(database, ref.organizationId, async (tx) => {
    const [row] = await readStatement(tx).execute({ ...ref });
    return row;
  });
}

/** Episode before outbox row: the order in which every verb locks them. Answers the episode's revision as it is now. */
async function markDelivered(database: Database, ref: EpisodeRef, revision: number, reached: boolean) {
  return inOrganization(database, ref.organizationId, async (tx) => {
    const [told] = await together([
      reached ? raiseDelivered(tx).execute({ ...ref, revision }) : [],
      removeRow(tx).execute({ ...ref, revision }),
    ]);
    return told[0]?.revision ?? revision;
  });
}

const ofEpisode = () =>
  and(
    eq(episodes.organizationId, sql.placeholder('organizationId')),
    eq(episodes.conversationId, sql.placeholder('conversationId')),
    eq(episodes.number, sql.placeholder('episode')),
  );

const readStatement = defineStatement((tx) =>
  tx
    .select({ conversation: conversations, episode: episodes, sequence: sequences })
    .from(episodes)
    .innerJoin(
      conversations,
      and(
        eq(conversations.organizationId, episodes.organizationId),
        eq(conversations.id, episodes.conversationId),
      ),
    )
    .innerJoin(
      sequences,
      and(eq(sequences.organizationId, episodes.organizationId), eq(sequences.id, episodes.sequenceId)),
    )
    .where(ofEpisode())
    .prepare('episode_to_deliver'),
);

const raiseDelivered = defineStatement((tx) =>
  tx
    .update(episodes)
    .set({ deliveredRevision: sql`greatest(${episodes.deliveredRevision}, ${sql.placeholder('revision')})` })
    .where(ofEpisode())
    .returning({ revision: episodes.revision })
    .prepare('raise_delivered_revision'),
);

const removeRow = defineStatement((tx) =>
  tx
    .delete(outbox)
    .where(
      and(
        eq(outbox.organizationId, sql.placeholder('organizationId')),
        eq(outbox.conversationId, sql.placeholder('conversationId')),
        eq(outbox.episode, sql.placeholder('episode')),
        lte(outbox.revision, sql.placeholder('revision')),
      ),
    )
    .prepare('remove_outbox_row'),
);
