import { templateOut, templateParams } from '../../../contracts/http/template';
import { getTemplate } from '../../../services/template/get-template';
import { templateView } from '../../../services/template/template-view';
import { defineRoute } from '../../route';

export const getTemplateRoute = defineRoute({
  method: 'get',
  path: '/v1/templates/:name',
  scope: 'read',
  tag: 'Templates',
  summary: 'A template, with the newest text of each locale',
  params: templateParams,
  answers: { 200: templateOut },
  async run(ctx) {
    return { status: 200, body: templateView(await getTemplate(ctx, ctx.params.name)) };
  },
});
