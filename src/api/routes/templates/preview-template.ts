import { previewBody, previewOut, templateParams } from '../../../contracts/http/template';
import { previewTemplate } from '../../../services/template/preview-template';
import { defineRoute } from '../../route';

export const previewTemplateRoute = defineRoute({
  method: 'post',
  path: '/v1/templates/:name/preview',
  scope: 'read',
  tag: 'Templates',
  summary: 'The words as a contact would read them',
  description:
    'For a stored conversation, or for an imagined contact with variables. Strict: a variable without a value is 422 ' +
    '`invalid_template` and named.',
  params: templateParams,
  body: previewBody,
  answers: { 200: previewOut },
  async run(ctx) {
    const body = await previewTemplate(ctx, ctx.deps.texts, ctx.params.name, ctx.body);
    return { status: 200, body };
  },
});
