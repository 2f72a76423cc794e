import { channelOut } from '../../../contracts/http/channel';
import { channelView } from '../../../services/channel/channel-view';
import { rotateWebhookSecret } from '../../../services/channel/rotate-webhook-secret';
import { defineRoute } from '../../route';

export const rotateWebhookSecretRoute = defineRoute({
  method: 'post',
  path: '/v1/channels/webhook/rotate-secret',
  scope: 'admin',
  tag: 'Channels',
  summary: 'Make a second signing secret',
  description: 'Shown once. For 24 h calls are signed with both, then with the new one only.',
  answers: { 200: channelOut },
  async run(ctx) {
    const { row, secret } = await rotateWebhookSecret(ctx, ctx.deps.secrets);
    const view = channelView(row, ctx.now);
    return { status: 200, body: { ...view, secret }, replayBody: view };
  },
});
