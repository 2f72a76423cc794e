import { z } from 'zod';
import { pageQuery } from '../../../contracts/http/page';
import { sequencePage, sequenceParams } from '../../../contracts/http/sequence';
import { listSequenceVersions } from '../../../services/sequence/list-sequence-versions';
import { sequenceView } from '../../../services/sequence/sequence-view';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

export const listSequenceVersionsRoute = defineRoute({
  method: 'get',
  path: '/v1/sequences/:name/versions',
  scope: 'read',
  tag: 'Sequences',
  summary: 'All versions of a sequence, newest first',
  params: sequenceParams,
  query: z.strictObject(pageQuery),
  answers: { 200: sequencePage },
  async run(ctx) {
    const { limit, cursor } = ctx.query;
    const beforeVersion = readCursor(cursor, z.int());
    const rows = await listSequenceVersions(ctx, ctx.params.name, { limit: limit + 1, beforeVersion });
    return { status: 200, body: toPage(rows.map(sequenceView), limit, ({ version }) => version) };
  },
});
