import { channelOut, webhookBody } from '../../../contracts/http/channel';
import { channelView } from '../../../services/channel/channel-view';
import { configureWebhook } from '../../../services/channel/configure-webhook';
import { defineRoute } from '../../route';

export const configureWebhookRoute = defineRoute({
  method: 'put',
  path: '/v1/channels/webhook',
  scope: 'admin',
  tag: 'Channels',
  summary: 'Configure the webhook that nudges are posted to',
  description:
    'The first time, the answer shows the signing `secret` (Standard Webhooks), once; afterwards it is kept.',
  body: webhookBody,
  answers: { 200: channelOut },
  async run(ctx) {
    ctx.deps.assertTargetUrl(ctx.body.url);
    const { row, secret } = await configureWebhook(ctx, ctx.deps.secrets, ctx.body);
    const view = channelView(row, ctx.now);
    return { status: 200, body: secret === null ? view : { ...view, secret } };
  },
});
