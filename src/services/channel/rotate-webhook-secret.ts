import { AppError } from '../../domain/errors';
import type { SecretBox } from '../ports';
import type { VerbContext } from '../verb-context';
import type { ConfiguredChannel } from './configure-webhook';
import { lockChannel, updateChannel } from './save-channel';
import { newWebhookSecret } from './webhook-secret';

const OLD_SECRET_LIVES_MS = 24 * 3_600_000;

/**
 * A second secret, shown once. For 24 h calls are signed with both, so that the receiver can change over in its own
 * time; rotating again within them drops the oldest. Throws not_found before there is a webhook.
 */
export async function rotateWebhookSecret(ctx: VerbContext, secrets: SecretBox): Promise<ConfiguredChannel> {
  const present = await lockChannel(ctx, 'webhook');
  if (!present) throw new AppError('not_found', 'The channel webhook is not configured.');
  const secret = newWebhookSecret();
  const row = await updateChannel(ctx, present, {
    sealedSecret: secrets.seal(secret),
    previousSealedSecret: present.sealedSecret,
    previousSecretUntil: new Date(ctx.now.getTime() + OLD_SECRET_LIVES_MS),
  });
  return { row, secret };
}
