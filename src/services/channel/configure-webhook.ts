import type { ChannelPace } from '../../domain/organization';
import type { SecretBox } from '../ports';
import type { VerbContext } from '../verb-context';
import type { ChannelRow } from './load-channel-settings';
import { insertChannel, lockChannel, paceColumns, updateChannel } from './save-channel';
import { newWebhookSecret } from './webhook-secret';

export interface WebhookInput {
  url: string;
  pace?: ChannelPace | null | undefined;
}

/** `secret` is set where it is shown for the only time. */
export interface ConfiguredChannel {
  row: ChannelRow;
  secret: string | null;
}

/** Sets address and pace; the first time it makes the secret too, afterwards it keeps it. The caller checked the URL. */
export async function configureWebhook(
  ctx: VerbContext,
  secrets: SecretBox,
  { url, pace = null }: WebhookInput,
): Promise<ConfiguredChannel> {
  const present = await lockChannel(ctx, 'webhook');
  if (present?.sealedSecret) {
    const row = await updateChannel(ctx, present, { url, ...paceColumns(pace, present) });
    return { row, secret: null };
  }
  const secret = newWebhookSecret();
  const columns = { url, sealedSecret: secrets.seal(secret), ...paceColumns(pace, present) };
  const row = present
    ? await updateChannel(ctx, present, columns)
    : await insertChannel(ctx, 'webhook', columns);
  return { row, secret };
}
