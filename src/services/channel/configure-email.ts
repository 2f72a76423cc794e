import type { ChannelPace } from '../../domain/organization';
import type { SecretBox } from '../ports';
import type { VerbContext } from '../verb-context';
import type { ChannelRow } from './load-channel-settings';
import { insertChannel, lockChannel, paceColumns, updateChannel } from './save-channel';

export interface EmailInput {
  from: string;
  replyTo?: string | null | undefined;
  /** Absent: kept as it is, since nobody can read it back; null: the installation's own server. */
  smtpUrl?: string | null | undefined;
  pace?: ChannelPace | null | undefined;
}

/** Sets sender, server and pace. The caller checked the SMTP address. */
export async function configureEmail(
  ctx: VerbContext,
  secrets: SecretBox,
  { from, replyTo = null, smtpUrl, pace = null }: EmailInput,
): Promise<ChannelRow> {
  const present = await lockChannel(ctx, 'email');
  const smtp =
    smtpUrl === undefined ? {} : { sealedSmtpUrl: smtpUrl === null ? null : secrets.seal(smtpUrl) };
  const columns = { fromAddress: from, replyTo, ...smtp, ...paceColumns(pace, present) };
  return present ? updateChannel(ctx, present, columns) : insertChannel(ctx, 'email', columns);
}
