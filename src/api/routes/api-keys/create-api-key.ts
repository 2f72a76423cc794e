import { apiKeyBody, apiKeyOut } from '../../../contracts/http/api-key';
import { apiKeyView } from '../../../services/api-key/api-key-view';
import { createApiKey } from '../../../services/api-key/create-api-key';
import { defineRoute } from '../../route';

export const createApiKeyRoute = defineRoute({
  method: 'post',
  path: '/v1/api-keys',
  scope: 'admin',
  tag: 'API keys',
  summary: 'Make a key',
  description: '`key` is shown once and stored as a hash; a replay by Idempotency-Key answers without it.',
  body: apiKeyBody,
  answers: { 201: apiKeyOut },
  async run(ctx) {
    const { row, key } = await createApiKey(ctx, ctx.body);
    const view = apiKeyView(row);
    return { status: 201, body: { ...view, key }, replayBody: view };
  },
});
