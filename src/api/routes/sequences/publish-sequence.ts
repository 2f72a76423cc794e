import { sequenceBody, sequenceOut, sequenceParams } from '../../../contracts/http/sequence';
import { publishSequence } from '../../../services/sequence/publish-sequence';
import { sequenceView } from '../../../services/sequence/sequence-view';
import { defineRoute } from '../../route';

export const publishSequenceRoute = defineRoute({
  method: 'put',
  path: '/v1/sequences/:name',
  scope: 'write',
  tag: 'Sequences',
  summary: 'Publish a version of a sequence',
  description:
    'Versions are immutable: running episodes keep theirs, the next episode takes the newest. A body equal to the ' +
    'newest version is that version. Where no step names a stage and the delays are those of the default ladder, its ' +
    'stages are taken; otherwise a step without one sets `followup`.',
  params: sequenceParams,
  body: sequenceBody,
  answers: { 200: sequenceOut },
  async run(ctx) {
    return { status: 200, body: sequenceView(await publishSequence(ctx, ctx.params.name, ctx.body)) };
  },
});
