import { and, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { channels } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import type { ChannelPace } from '../../domain/organization';
import type { ChannelSettings, SecretBox } from '../ports';
import type { VerbContext } from '../verb-context';

export type ChannelRow = typeof channels.$inferSelect;

export interface LoadedChannel {
  settings: ChannelSettings;
  pace: ChannelPace | null;
}

/** A channel with its secrets opened, for a send; null when the organization has not configured it. */
export async function loadChannelSettings(
  { tx, organizationId }: Pick<VerbContext, 'tx' | 'organizationId'>,
  kind: ChannelKind,
  secrets: SecretBox,
  now: Date,
): Promise<LoadedChannel | null> {
  const [row] = await channelStatement(tx).execute({ organizationId, kind });
  const settings = row ? openSettings(row, secrets, now) : null;
  return row && settings ? { settings, pace: paceOf(row) } : null;
}

const channelStatement = defineStatement((tx) =>
  tx
    .select()
    .from(channels)
    .where(
      and(
        eq(channels.organizationId, sql.placeholder('organizationId')),
        eq(channels.kind, sql.placeholder('kind')),
      ),
    )
    .prepare('find_channel'),
);

export function paceOf({ paceMax: max, pacePerMs: perMs }: ChannelRow): ChannelPace | null {
  return max === null || perMs === null ? null : { max, perMs };
}

function openSettings(row: ChannelRow, secrets: SecretBox, now: Date): ChannelSettings | null {
  switch (row.kind) {
    case 'webhook':
      return row.url === null
        ? null
        : { kind: 'webhook', url: row.url, secrets: openSecrets(row, secrets, now) };
    case 'email':
      return row.fromAddress === null
        ? null
        : {
            kind: 'email',
            from: row.fromAddress,
            replyTo: row.replyTo,
            smtpUrl: row.sealedSmtpUrl === null ? null : secrets.open(row.sealedSmtpUrl),
          };
  }
}

/** Newest first; the one before it only while its 24 hours last. */
function openSecrets(row: ChannelRow, secrets: SecretBox, now: Date): string[] {
  const previousLives = row.previousSecretUntil !== null && row.previousSecretUntil.getTime() > now.getTime();
  return [row.sealedSecret, previousLives ? row.previousSealedSecret : null]
    .filter((sealed) => sealed !== null)
    .map((sealed) => secrets.open(sealed));
}
