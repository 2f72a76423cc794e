import { z } from 'zod';
import { pageQuery } from '../../../contracts/http/page';
import { templatePage } from '../../../contracts/http/template';
import { listTemplates } from '../../../services/template/list-templates';
import { templateView } from '../../../services/template/template-view';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

export const listTemplatesRoute = defineRoute({
  method: 'get',
  path: '/v1/templates',
  scope: 'read',
  tag: 'Templates',
  summary: 'All templates by name, with the newest text of each locale',
  query: z.strictObject(pageQuery),
  answers: { 200: templatePage },
  async run(ctx) {
    const { limit, cursor } = ctx.query;
    const afterName = readCursor(cursor, z.string());
    const groups = await listTemplates(ctx, { limit: limit + 1, afterName });
    return { status: 200, body: toPage(groups.map(templateView), limit, ({ name }) => name) };
  },
});
