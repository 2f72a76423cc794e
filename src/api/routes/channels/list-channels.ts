import { channelPage } from '../../../contracts/http/channel';
import { channelView } from '../../../services/channel/channel-view';
import { listChannels } from '../../../services/channel/list-channels';
import { defineRoute } from '../../route';

export const listChannelsRoute = defineRoute({
  method: 'get',
  path: '/v1/channels',
  scope: 'read',
  tag: 'Channels',
  summary: 'The configured channels, without their secrets',
  description: 'The first one is what a conversation takes when it names none.',
  answers: { 200: channelPage },
  async run(ctx) {
    const rows = await listChannels(ctx);
    return { status: 200, body: { items: rows.map((row) => channelView(row, ctx.now)), nextCursor: null } };
  },
});
