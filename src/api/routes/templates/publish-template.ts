import { templateBody, templateParams, templateVersionOut } from '../../../contracts/http/template';
import { publishTemplate } from '../../../services/template/publish-template';
import { templateVersionView } from '../../../services/template/template-view';
import { defineRoute } from '../../route';

export const publishTemplateRoute = defineRoute({
  method: 'put',
  path: '/v1/templates/:name',
  scope: 'write',
  tag: 'Templates',
  summary: "Publish a version of one locale's text",
  description:
    'Liquid: `{{ contact.firstName }}`, `{{ contact.name }}`, `{{ variables.product }}` (or `{{ product }}`), ' +
    '`{{ organization.name }}`, `{{ step.number }}`. Parsed when written: an error is 422 `invalid_template` with its ' +
    "line. At send, a variable without a value renders empty or as its `default`. Texts are looked for in the contact's " +
    "locale, its shorter forms, the organization's likewise, then `en`, then whatever there is.",
  params: templateParams,
  body: templateBody,
  answers: { 200: templateVersionOut },
  async run(ctx) {
    const row = await publishTemplate(ctx, ctx.deps.texts, ctx.params.name, ctx.body);
    return { status: 200, body: templateVersionView(row) };
  },
});
