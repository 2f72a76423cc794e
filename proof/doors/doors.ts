import type { Proof, ProofResult } from '../proof';
import { withStack } from '../stack/with-stack';
import { hideCanaries } from './canaries';
import { fuzzApi } from './fuzz';
import { knockAtForbidden } from './forbidden';
import { tryKeys } from './keys';

export const doorsProof: Proof = {
  name: 'doors',
  promise:
    'nobody opens a door without its key, nothing a caller sends breaks the API, no person leaves PostgreSQL',
  run: (context) =>
    withStack(context, { LOG_LEVEL: 'debug', TIME_MACHINE: 'true' }, async (stack) => {
      const canaries = await hideCanaries(stack, context);
      const forbidden = await knockAtForbidden(stack, context);
      const keys = await tryKeys(stack, context);
      const fuzz = await fuzzApi(stack, context);
      return together([canaries, forbidden, keys, fuzz]);
    }),
};

function together(results: ProofResult[]): ProofResult {
  return {
    figures: Object.fromEntries(results.flatMap(({ figures }) => Object.entries(figures))),
    failures: results.flatMap(({ failures }) => failures),
  };
}
