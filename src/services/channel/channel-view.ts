import { formatDuration } from '../../domain/durations';
import type { ChannelKind } from '../../domain/conversation';
import { paceOf, type ChannelRow } from './load-channel-settings';

/** A channel without its secrets: they are never read back. */
export interface ChannelView {
  kind: ChannelKind;
  url?: string | null;
  previousSecretUntil?: string | null;
  from?: string | null;
  replyTo?: string | null;
  hasOwnSmtp?: boolean;
  pace: { max: number; per: string } | null;
  createdAt: string;
  updatedAt: string;
}

export function channelView(row: ChannelRow, now: Date): ChannelView {
  const pace = paceOf(row);
  const own = row.kind === 'webhook' ? webhookFields(row, now) : emailFields(row);
  return {
    kind: row.kind,
    ...own,
    pace: pace && { max: pace.max, per: formatDuration(pace.perMs) },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function webhookFields({ url, previousSecretUntil }: ChannelRow, now: Date) {
  const lives = previousSecretUntil !== null && previousSecretUntil.getTime() > now.getTime();
  return { url, previousSecretUntil: lives ? previousSecretUntil.toISOString() : null };
}

function emailFields({ fromAddress, replyTo, sealedSmtpUrl }: ChannelRow) {
  return { from: fromAddress, replyTo, hasOwnSmtp: sealedSmtpUrl !== null };
}
