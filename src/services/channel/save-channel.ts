import { and, eq } from 'drizzle-orm';
import { channels } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import type { ChannelPace } from '../../domain/organization';
import { AppError } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import { paceOf, type ChannelRow } from './load-channel-settings';

type Columns = Partial<Omit<ChannelRow, 'organizationId' | 'kind' | 'createdAt' | 'updatedAt'>>;

/** The channel under its lock; undefined before it is configured. */
export async function lockChannel(
  { tx, organizationId }: VerbContext,
  kind: ChannelKind,
): Promise<ChannelRow | undefined> {
  const [row] = await tx
    .select()
    .from(channels)
    .where(and(eq(channels.organizationId, organizationId), eq(channels.kind, kind)))
    .for('no key update');
  return row;
}

/** Makes the channel. Throws conflict when another request makes it at the same moment. */
export async function insertChannel(
  ctx: VerbContext,
  kind: ChannelKind,
  columns: Columns,
): Promise<ChannelRow> {
  const { organizationId, now } = ctx;
  const [row] = await ctx.tx
    .insert(channels)
    .values({ organizationId, kind, createdAt: now, updatedAt: now, ...columns })
    .onConflictDoNothing()
    .returning();
  if (!row)
    throw new AppError('conflict', `The channel ${kind} was configured at the same moment; try again.`);
  return row;
}

/** Changes a channel whose row the caller has locked. */
export async function updateChannel(
  ctx: VerbContext,
  { organizationId, kind }: ChannelRow,
  columns: Columns,
): Promise<ChannelRow> {
  const [row] = await ctx.tx
    .update(channels)
    .set({ ...columns, updatedAt: ctx.now })
    .where(and(eq(channels.organizationId, organizationId), eq(channels.kind, kind)))
    .returning();
  if (!row) throw new Error(`channel ${kind} vanished under its lock`);
  return row;
}

/** A new pace forgets the slots the old one gave away: they may lie days ahead. */
export function paceColumns(pace: ChannelPace | null, present?: ChannelRow): Columns {
  const columns = { paceMax: pace?.max ?? null, pacePerMs: pace?.perMs ?? null };
  const standing = present ? paceOf(present) : null;
  const same = standing?.max === pace?.max && standing?.perMs === pace?.perMs;
  return same ? columns : { ...columns, nextSlotAt: null };
}
