import {
  foreignKey,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Ladder } from '../../domain/sequence';
import { instant, organizationId } from './columns';
import { organizations } from './organizations';

/** One immutable version of a sequence; `id` is the version's id, to which an episode is pinned. Never updated. */
export const sequences = pgTable(
  'sequences',
  {
    organizationId: organizationId(),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    version: integer('version').notNull(),
    ladder: jsonb('ladder').$type<Ladder>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({ columns: [t.organizationId], foreignColumns: [organizations.id] }),
    uniqueIndex('sequences_version').on(t.organizationId, t.name, t.version.desc()),
  ],
);
