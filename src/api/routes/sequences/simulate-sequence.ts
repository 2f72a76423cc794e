import { sequenceParams, simulateBody, simulationOut } from '../../../contracts/http/sequence';
import { simulateSequence } from '../../../services/sequence/simulate-sequence';
import { defineRoute } from '../../route';

export const simulateSequenceRoute = defineRoute({
  method: 'post',
  path: '/v1/sequences/:name/simulate',
  scope: 'read',
  tag: 'Sequences',
  summary: 'What a silence would get, and when',
  description:
    'Lives one silence that begins at `anchorAt` with the code that plans and judges real ones: ladder, send window, ' +
    'holidays, clock changes, frequency cap. Left out is what depends on others: the pace of a channel, nudges of other ' +
    'conversations, pauses. Writes nothing.',
  params: sequenceParams,
  body: simulateBody,
  answers: { 200: simulationOut },
  async run(ctx) {
    return { status: 200, body: await simulateSequence(ctx, ctx.params.name, ctx.body) };
  },
});
