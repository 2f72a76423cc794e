import { z } from 'zod';
import { conversationPage, conversationsQuery } from '../../../contracts/http/conversation';
import { uuid } from '../../../contracts/http/fields';
import { listConversations } from '../../../services/conversation/list-conversations';
import { conversationView } from '../../../services/conversation/view';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

const place = z.tuple([uuid]);

export const listConversationsRoute = defineRoute({
  method: 'get',
  path: '/v1/conversations',
  scope: 'read',
  tag: 'Conversations',
  summary: 'Conversations, newest first',
  query: conversationsQuery,
  answers: { 200: conversationPage },
  run: async (ctx) => {
    const { limit, cursor, ...filters } = ctx.query;
    const [afterId] = readCursor(cursor, place) ?? [];
    const threads = await listConversations(ctx, filters, { limit, afterId });
    const { items, nextCursor } = toPage(threads, limit, ({ conversation }) => [conversation.id]);
    const views = items.map((thread) => conversationView(thread, ctx.deps.workflowUrl));
    return { status: 200, body: { items: views, nextCursor } };
  },
});
