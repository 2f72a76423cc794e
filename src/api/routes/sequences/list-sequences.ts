import { z } from 'zod';
import { pageQuery } from '../../../contracts/http/page';
import { sequencePage } from '../../../contracts/http/sequence';
import { listSequences } from '../../../services/sequence/list-sequences';
import { sequenceView } from '../../../services/sequence/sequence-view';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

export const listSequencesRoute = defineRoute({
  method: 'get',
  path: '/v1/sequences',
  scope: 'read',
  tag: 'Sequences',
  summary: 'The newest version of every sequence, by name',
  query: z.strictObject(pageQuery),
  answers: { 200: sequencePage },
  async run(ctx) {
    const { limit, cursor } = ctx.query;
    const afterName = readCursor(cursor, z.string());
    const rows = await listSequences(ctx, { limit: limit + 1, afterName });
    return { status: 200, body: toPage(rows.map(sequenceView), limit, ({ name }) => name) };
  },
});
