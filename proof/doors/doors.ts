import type { Proof, ProofResult } from '../proof';
import { withStack } from '../stack/with-stack';
import { hideCanaries } from './canaries';
import { fuzzApi } from './fuzz';
import { knockAtForbidden } from './forbidden';

export const doorsProof: Proof = {
  name: 'doors',
  promise: 'nothing of a person leaves PostgreSQL, nothing a caller sends breaks the API or reaches inside',
  run: (context) =>
    withStack(context, { LOG_LEVEL: 'debug', TIME_MACHINE: 'true' }, async (stack) => {
      const canaries = await hideCanaries(stack, context);
      const forbidden = await knockAtForbidden(stack, context);
      const fuzz = await fuzzApi(stack, context);
      return together([canaries, forbidden, fuzz]);
    }),
};

function together(results: ProofResult[]): ProofResult {
  return {
    figures: Object.fromEntries(results.flatMap(({ figures }) => Object.entries(figures))),
    failures: results.flatMap(({ failures }) => failures),
  };
}
