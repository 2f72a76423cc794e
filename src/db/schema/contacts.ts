import { sql } from 'drizzle-orm';
import { foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, organizationId } from './columns';
import { organizations } from './organizations';

/**
 * The person followed up. Its row lock orders every claim, word, stop and opt-out of that person (design §2, Locks).
 * `optOuts` holds `all` or channel kinds; it lives in this row so that the lock covers it.
 */
export const contacts = pgTable(
  'contacts',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    externalId: text('external_id'),
    name: text('name'),
    email: text('email'),
    /** What an e-mail is found by. A column, since row security keeps lower(email) from being looked up in an index. */
    emailKey: text('email_key').generatedAlwaysAs(sql`lower(email)`),
    phone: text('phone'),
    timeZone: text('time_zone'),
    locale: text('locale'),
    attributes: jsonb('attributes').$type<Record<string, unknown>>().notNull().default({}),
    optOuts: text('opt_outs').array().notNull().default([]),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId], foreignColumns: [organizations.id] }),
    uniqueIndex('contacts_external_id').on(t.organizationId, t.externalId),
    uniqueIndex('contacts_email')
      .on(t.organizationId, t.emailKey)
      .where(sql`${t.externalId} is null`),
    uniqueIndex('contacts_phone')
      .on(t.organizationId, t.phone)
      .where(sql`${t.externalId} is null`),
    // The list's filters: over all contacts, where the unique ones above know only those without an external id.
    index('contacts_list_email').on(t.organizationId, t.emailKey, t.id),
    index('contacts_list_phone').on(t.organizationId, t.phone, t.id),
  ],
);
