import { idParams } from '../../../contracts/http/fields';
import { revokeApiKey } from '../../../services/api-key/revoke-api-key';
import { defineRoute } from '../../route';

export const revokeApiKeyRoute = defineRoute({
  method: 'delete',
  path: '/v1/api-keys/:id',
  scope: 'admin',
  tag: 'API keys',
  summary: 'Revoke a key',
  description:
    'From then on it opens nothing. Rotating is: make a second key, change over, revoke the first.',
  params: idParams,
  answers: { 204: null },
  async run(ctx) {
    await revokeApiKey(ctx, ctx.params.id);
    return { status: 204, body: null };
  },
});
