import { and, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { channels } from '../../db/schema';
import type { ChannelKind } from '../../domain/conversation';
import type { ChannelPace } from '../../domain/organization';
import type { ChannelSettings, SecretBox } from '../ports';
import type { VerbContext } from '../verb-context';

export type ChannelRow = typeof channels.$inferSelect;

/** Settings whose secrets are still sealed: `open` throws UnreadableSecret. */
export interface LoadedChannel {
  /** Whether sends over it are paced. */
  paced: boolean;
  open(secrets: SecretBox, now: Date): ChannelSettings;
}

/** A channel for a send; null when the organization has not configured it. */
export async function loadChannelSettings(
  { tx, organizationId }: Pick<VerbContext, 'tx' | 'organizationId'>,
  kind: ChannelKind,
): Promise<LoadedChannel | null> {
  const [row] = await channelStatement(tx).execute({ organizationId, kind });
  return row ? sealedSettings(row) : null;
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

function sealedSettings(row: ChannelRow): LoadedChannel | null {
  const paced = paceOf(row) !== null;
  switch (row.kind) {
    case 'webhook': {
      const { url } = row;
      if (url === null) return null;
      return {
        paced,
        open: (secrets, now) => ({ kind: 'webhook', url, secrets: openSecrets(row, secrets, now) }),
      };
    }
    case 'email': {
      const { fromAddress: from, replyTo, sealedSmtpUrl: sealed } = row;
      if (from === null) return null;
      const smtpUrl = (secrets: SecretBox) => (sealed === null ? null : secrets.open(sealed));
      return { paced, open: (secrets) => ({ kind: 'email', from, replyTo, smtpUrl: smtpUrl(secrets) }) };
    }
  }
}

/** Newest first; the one before it only while its 24 hours last. */
function openSecrets(row: ChannelRow, secrets: SecretBox, now: Date): string[] {
  const previousLives = row.previousSecretUntil !== null && row.previousSecretUntil.getTime() > now.getTime();
  return [row.sealedSecret, previousLives ? row.previousSealedSecret : null]
    .filter((sealed) => sealed !== null)
    .map((sealed) => secrets.open(sealed));
}
