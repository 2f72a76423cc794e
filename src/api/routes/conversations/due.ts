import { z } from 'zod';
import { dueQuery, duePage } from '../../../contracts/http/conversation';
import { instant, uuid } from '../../../contracts/http/fields';
import { listDue } from '../../../services/conversation/list-due';
import { conversationView } from '../../../services/conversation/view';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

const place = z.tuple([instant, uuid]);

export const listDueRoute = defineRoute({
  method: 'get',
  path: '/v1/conversations/due',
  scope: 'read',
  tag: 'Conversations',
  summary: 'What comes next over all conversations, by due time',
  query: dueQuery,
  answers: { 200: duePage },
  run: async (ctx) => {
    const { limit, cursor, before } = ctx.query;
    const read = readCursor(cursor, place);
    const after = read && { dueAt: read[0], conversationId: read[1] };
    const due = await listDue(ctx, before, { limit, after });
    const { items, nextCursor } = toPage(due, limit, (thread) => [thread.dueAt, thread.conversation.id]);
    const views = items.map((thread) => ({
      ...conversationView(thread, ctx.deps.workflowUrl),
      dueAt: thread.dueAt.toISOString(),
    }));
    return { status: 200, body: { items: views, nextCursor } };
  },
});
