import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, organizationId } from './columns';
import { organizations } from './organizations';

/** A 2xx answer, stored in the transaction that made it; replayed for 24 h, then purged. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    organizationId: organizationId(),
    key: text('key').notNull(),
    /** SHA-256 of method, path and body. */
    requestHash: text('request_hash').notNull(),
    status: integer('status').notNull(),
    /** The body as text, since `jsonb` would not keep its bytes. */
    answer: jsonb('answer').$type<{ text: string }>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.key] }),
    foreignKey({ columns: [t.organizationId], foreignColumns: [organizations.id] }),
    index('idempotency_keys_purge').on(t.createdAt),
  ],
);
