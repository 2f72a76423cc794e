import { and, asc, desc, eq, inArray, isNull } from 'drizzle-orm';
import { channels, conversations, contacts, sequences } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import { getOrganization } from '../organization/get-organization';
import type { ContactRow, OrganizationRow, SequenceRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { ADDRESSES, contactKeys } from './contact-keys';
import type { ImportRow } from './import-row';

/** What a batch must know before it can be planned in memory, read in a handful of statements. */
export interface BatchFacts {
  organization: OrganizationRow;
  channelKinds: ChannelKind[];
  /** The newest version by name. */
  sequences: Map<string, SequenceRow>;
  /** External ids that have a conversation already. */
  existing: Set<string>;
  /** Contacts by their external id, locked. */
  contacts: Map<string, ContactRow>;
  /** `contactKeys` of contacts without an external id. */
  knownAddresses: Set<string>;
}

export async function readBatchFacts(ctx: VerbContext, rows: ImportRow[]): Promise<BatchFacts> {
  const existing = await readExisting(ctx, rows);
  const fresh = rows.filter(({ input }) => !existing.has(input.externalId));
  return {
    organization: await getOrganization(ctx),
    channelKinds: await readChannelKinds(ctx),
    sequences: await readSequences(ctx, rows),
    existing,
    contacts: await lockContacts(ctx, fresh),
    knownAddresses: await readKnownAddresses(ctx, fresh),
  };
}

async function readChannelKinds({ tx, organizationId }: VerbContext): Promise<ChannelKind[]> {
  const rows = await tx
    .select({ kind: channels.kind })
    .from(channels)
    .where(eq(channels.organizationId, organizationId))
    .orderBy(asc(channels.createdAt), asc(channels.kind));
  return rows.map(({ kind }) => kind);
}

async function readSequences({ tx, organizationId }: VerbContext, rows: ImportRow[]) {
  const names = [...new Set(rows.map(({ input }) => input.sequence ?? 'default'))];
  const found = await tx
    .selectDistinctOn([sequences.name])
    .from(sequences)
    .where(and(eq(sequences.organizationId, organizationId), inArray(sequences.name, names)))
    .orderBy(asc(sequences.name), desc(sequences.version));
  return new Map(found.map((row) => [row.name, row]));
}

async function readExisting({ tx, organizationId }: VerbContext, rows: ImportRow[]): Promise<Set<string>> {
  const ids = rows.map(({ input }) => input.externalId);
  const found = await tx
    .select({ externalId: conversations.externalId })
    .from(conversations)
    .where(and(eq(conversations.organizationId, organizationId), inArray(conversations.externalId, ids)));
  return new Set(found.map(({ externalId }) => externalId ?? ''));
}

/** In id order, as everything locks contacts. The locked rows themselves are always read as they stand. */
async function lockContacts({ tx, organizationId }: VerbContext, rows: ImportRow[]) {
  const ids = rows.flatMap(({ input }) => input.contact.externalId ?? []);
  if (ids.length === 0) return new Map<string, ContactRow>();
  const found = await tx
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, organizationId), inArray(contacts.externalId, ids)))
    .orderBy(asc(contacts.id))
    .for('no key update');
  return new Map(found.map((row) => [row.externalId ?? '', row]));
}

/** One statement per kind of address: each has its own index, which an OR over them would not use. */
async function readKnownAddresses(ctx: VerbContext, rows: ImportRow[]): Promise<Set<string>> {
  const { tx, organizationId } = ctx;
  const keys = new Set(rows.flatMap(({ input }) => contactKeys(input.contact)));
  const found = new Set<string>();
  for (const { prefix, column } of ADDRESSES) {
    const wanted = [...keys].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
    if (wanted.length === 0) continue;
    const seen = await tx
      .select({ value: column })
      .from(contacts)
      .where(
        and(
          eq(contacts.organizationId, organizationId),
          inArray(column, wanted),
          isNull(contacts.externalId),
        ),
      );
    for (const { value } of seen) found.add(`${prefix}${value ?? ''}`);
  }
  return found;
}
