import { z } from 'zod';
import { timelineQuery } from '../../../contracts/http/conversation';
import { idParams, instant, uuid } from '../../../contracts/http/fields';
import { timelinePage } from '../../../contracts/http/timeline';
import { listTimeline } from '../../../services/conversation/list-timeline';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

const place = z.tuple([instant, z.enum(['message', 'decision', 'nudge', 'delivery', 'stage_change']), uuid]);

export const timelineRoute = defineRoute({
  method: 'get',
  path: '/v1/conversations/:id/timeline',
  scope: 'read',
  tag: 'Conversations',
  summary: 'Messages, nudges, deliveries, stage changes and decisions in order',
  params: idParams,
  query: timelineQuery,
  answers: { 200: timelinePage },
  run: async (ctx) => {
    const { limit, cursor } = ctx.query;
    const read = readCursor(cursor, place);
    const after = read && { at: read[0], type: read[1], id: read[2] };
    const items = await listTimeline(ctx, ctx.params.id, { limit, after });
    return { status: 200, body: toPage(items, limit, ({ at, type, id }) => [at, type, id]) };
  },
});
