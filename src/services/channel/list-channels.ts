import { asc, eq } from 'drizzle-orm';
import { channels } from '../../db/schema';
import type { VerbContext } from '../verb-context';
import type { ChannelRow } from './load-channel-settings';

/** What the organization has configured; the first one is what conversations take by default. */
export async function listChannels({ tx, organizationId }: VerbContext): Promise<ChannelRow[]> {
  return tx
    .select()
    .from(channels)
    .where(eq(channels.organizationId, organizationId))
    .orderBy(asc(channels.createdAt), asc(channels.kind));
}
