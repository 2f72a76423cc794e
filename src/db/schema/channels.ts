import { foreignKey, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { ChannelKind } from '../../domain/conversation';
import { durationMs, instant, organizationId } from './columns';
import { organizations } from './organizations';

/**
 * One row per organization and kind. Secrets are sealed (platform/secret-box). `nextSlotAt` is the pace: the first
 * free send slot, in real time even where a conversation's clock was moved.
 */
export const channels = pgTable(
  'channels',
  {
    organizationId: organizationId(),
    kind: text('kind').$type<ChannelKind>().notNull(),
    url: text('url'),
    sealedSecret: text('sealed_secret'),
    previousSealedSecret: text('previous_sealed_secret'),
    previousSecretUntil: instant('previous_secret_until'),
    fromAddress: text('from_address'),
    replyTo: text('reply_to'),
    sealedSmtpUrl: text('sealed_smtp_url'),
    paceMax: integer('pace_max'),
    pacePerMs: durationMs('pace_per_ms'),
    nextSlotAt: instant('next_slot_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.kind] }),
    foreignKey({ columns: [t.organizationId], foreignColumns: [organizations.id] }),
  ],
);
