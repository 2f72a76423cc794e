import { z } from 'zod';
import { apiKeyPage } from '../../../contracts/http/api-key';
import { pageQuery } from '../../../contracts/http/page';
import { apiKeyView } from '../../../services/api-key/api-key-view';
import { listApiKeys } from '../../../services/api-key/list-api-keys';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

export const listApiKeysRoute = defineRoute({
  method: 'get',
  path: '/v1/api-keys',
  scope: 'admin',
  tag: 'API keys',
  summary: 'All keys, newest first, revoked ones too; never their secrets',
  query: z.strictObject(pageQuery),
  answers: { 200: apiKeyPage },
  async run(ctx) {
    const { limit, cursor } = ctx.query;
    const beforeId = readCursor(cursor, z.guid());
    const rows = await listApiKeys(ctx, { limit: limit + 1, beforeId });
    return { status: 200, body: toPage(rows.map(apiKeyView), limit, ({ id }) => id) };
  },
});
