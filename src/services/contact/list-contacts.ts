import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { contacts } from '../../db/schema';
import type { ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

export interface ContactFilters {
  email?: string | undefined;
  phone?: string | undefined;
  externalId?: string | undefined;
}

/** Newest first; `beforeId` is the last one already seen. */
export async function listContacts(
  { tx, organizationId }: VerbContext,
  { email, phone, externalId }: ContactFilters,
  page: { limit: number; beforeId?: string | undefined },
): Promise<ContactRow[]> {
  return tx
    .select()
    .from(contacts)
    .where(
      and(
        eq(contacts.organizationId, organizationId),
        email === undefined ? undefined : eq(contacts.emailKey, sql`lower(${email})`),
        phone === undefined ? undefined : eq(contacts.phone, phone),
        externalId === undefined ? undefined : eq(contacts.externalId, externalId),
        page.beforeId === undefined ? undefined : lt(contacts.id, page.beforeId),
      ),
    )
    .orderBy(desc(contacts.id))
    .limit(page.limit);
}
