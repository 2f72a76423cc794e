import { sql } from 'drizzle-orm';
import {
  contacts,
  conversations,
  decisions,
  episodes,
  messages,
  outbox,
  stageChanges,
} from '../../db/schema';
import { LANES } from '../conversation/change-thread';
import { LostCreateRace } from '../contact/contact-row';
import type { VerbContext } from '../verb-context';
import { insertMany, recordsOf } from './insert-many';
import type { PlannedRow } from './plan-row';

/** Writes planned rows, one statement per table. Throws LostCreateRace when one of them exists by now. */
export async function insertPlanned(ctx: VerbContext, planned: PlannedRow[]): Promise<void> {
  const madeContacts = await insertMany(
    ctx,
    contacts,
    planned.flatMap(({ contact }) => contact ?? []),
  );
  if (madeContacts < planned.filter(({ contact }) => contact).length) throw new LostCreateRace();
  const madeConversations = await insertMany(
    ctx,
    conversations,
    planned.map(({ conversation }) => conversation),
  );
  if (madeConversations < planned.length) throw new LostCreateRace();

  const opened = planned.flatMap(({ episode }) => episode ?? []);
  await insertMany(ctx, episodes, opened);
  await insertMany(
    ctx,
    stageChanges,
    planned.map((row) => row.stageChange),
  );
  await insertMany(
    ctx,
    decisions,
    planned.flatMap((row) => row.decisions),
  );
  await insertMany(
    ctx,
    messages,
    planned.flatMap(({ message }) => message ?? []),
  );
  await enqueueAll(
    ctx,
    opened.filter(({ state }) => state === 'waiting'),
  );
}

/** As `enqueue` does for one: the relay starts bulk episodes at its own pace, and its times are the database's. */
async function enqueueAll({ tx }: VerbContext, waiting: NonNullable<PlannedRow['episode']>[]): Promise<void> {
  if (waiting.length === 0) return;
  await tx.execute(
    sql`insert into ${outbox} (organization_id, conversation_id, episode, revision, lane, available_at)
      select organization_id, conversation_id, number, revision, ${LANES.bulk}, now()
      from ${recordsOf(episodes, waiting)}`,
  );
}
