import { channelOut, emailBody } from '../../../contracts/http/channel';
import { channelView } from '../../../services/channel/channel-view';
import { configureEmail } from '../../../services/channel/configure-email';
import { defineRoute } from '../../route';

export const configureEmailRoute = defineRoute({
  method: 'put',
  path: '/v1/channels/email',
  scope: 'admin',
  tag: 'Channels',
  summary: 'Configure e-mail',
  description:
    '`smtpUrl` (`smtp://user:password@host:port` or `smtps://…`) is encrypted and never read back: absent keeps it, null ' +
    "takes the installation's own server.",
  body: emailBody,
  answers: { 200: channelOut },
  async run(ctx) {
    const { smtpUrl } = ctx.body;
    if (smtpUrl) ctx.deps.assertSmtpUrl(smtpUrl);
    const row = await configureEmail(ctx, ctx.deps.secrets, ctx.body);
    return { status: 200, body: channelView(row, ctx.now) };
  },
});
