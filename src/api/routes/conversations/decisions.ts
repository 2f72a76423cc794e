import { z } from 'zod';
import { timelineQuery } from '../../../contracts/http/conversation';
import { idParams, uuid } from '../../../contracts/http/fields';
import { decisionPage } from '../../../contracts/http/timeline';
import { decisionView, listDecisions } from '../../../services/conversation/list-decisions';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

const place = z.tuple([uuid]);

export const decisionsRoute = defineRoute({
  method: 'get',
  path: '/v1/conversations/:id/decisions',
  scope: 'read',
  tag: 'Conversations',
  summary: 'Why each step was sent, or not',
  params: idParams,
  query: timelineQuery,
  answers: { 200: decisionPage },
  run: async (ctx) => {
    const { limit, cursor } = ctx.query;
    const [afterId] = readCursor(cursor, place) ?? [];
    const rows = await listDecisions(ctx, ctx.params.id, { limit, afterId });
    const { items, nextCursor } = toPage(rows, limit, ({ id }) => [id]);
    return { status: 200, body: { items: items.map(decisionView), nextCursor } };
  },
});
