import { sequenceOut, sequenceParams } from '../../../contracts/http/sequence';
import { getSequence } from '../../../services/sequence/get-sequence';
import { sequenceView } from '../../../services/sequence/sequence-view';
import { defineRoute } from '../../route';

export const getSequenceRoute = defineRoute({
  method: 'get',
  path: '/v1/sequences/:name',
  scope: 'read',
  tag: 'Sequences',
  summary: 'The newest version of a sequence',
  params: sequenceParams,
  answers: { 200: sequenceOut },
  async run(ctx) {
    return { status: 200, body: sequenceView(await getSequence(ctx, ctx.params.name)) };
  },
});
