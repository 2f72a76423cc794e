import { sql } from 'drizzle-orm';
import { conversations, episodes, outbox } from '../../db/schema';
import type { Deferral } from '../../domain/conversation';
import { LANES } from '../conversation/change-thread';
import { episodeRef, type EpisodeThread } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

export interface Woken {
  thread: EpisodeThread;
  nextDueAt: Date;
  deferredBy: Deferral | null;
}

/** How long the request has for itself before the relay looks, as for every change. */
const RELAY_AFTER_SECONDS = 2;

/**
 * What `raiseFence` and `changeEpisode` do for one locked thread, for many in one statement: fence, next due time at the
 * raised revision, outbox row. Rows of the outbox are written in id order, so that two such statements cannot deadlock.
 */
export async function writeWoken({ tx, organizationId, now, touched }: VerbContext, woken: Woken[]) {
  if (woken.length === 0) return;
  const records = woken.map(({ thread, nextDueAt, deferredBy }) => ({
    conversation_id: thread.conversation.id,
    episode: thread.episode.number,
    changed_at: thread.now,
    next_due_at: nextDueAt,
    deferred_by: deferredBy,
  }));
  const written = await tx.execute(sql`
    with woken as (
      select * from json_to_recordset(${JSON.stringify(records)}::json) as record (conversation_id uuid,
        episode integer, changed_at timestamptz, next_due_at timestamptz, deferred_by text)
    ), raised as (
      update ${conversations} conversation set fence = fence + 1, updated_at = changed_at
      from woken where conversation.organization_id = ${organizationId} and conversation.id = conversation_id
      returning conversation.id, fence
    ), planned as (
      update ${episodes} held set next_due_at = woken.next_due_at, deferred_by = woken.deferred_by,
        revision = raised.fence, updated_at = ${now}
      from raised join woken on woken.conversation_id = raised.id
      where held.organization_id = ${organizationId}
        and held.conversation_id = raised.id and held.number = woken.episode
      returning held.conversation_id, held.number, held.revision
    )
    insert into ${outbox} (organization_id, conversation_id, episode, revision, lane, available_at)
    select ${organizationId}::uuid, conversation_id, number, revision, ${LANES.change}::smallint,
      now() + make_interval(secs => ${RELAY_AFTER_SECONDS})
    from planned order by conversation_id, number
    on conflict (organization_id, conversation_id, episode) do update
    set revision = greatest(outbox.revision, excluded.revision), lane = excluded.lane, attempts = 0,
      available_at = excluded.available_at`);
  if (written.rowCount !== woken.length) throw new Error('a woken episode vanished under its lock');
  touched.push(...woken.map(({ thread }) => ({ ref: episodeRef(thread) })));
}
