import type { Proof, ProofResult } from '../proof';
import { startStack } from '../stack/start-stack';
import { hideCanaries } from './canaries';
import { fuzzApi } from './fuzz';
import { knockAtForbidden } from './forbidden';

export const doorsProof: Proof = {
  name: 'doors',
  promise: 'nothing of a person leaves PostgreSQL, nothing a caller sends breaks the API or reaches inside',
  async run(context) {
    const stack = await startStack(context, { LOG_LEVEL: 'debug', TIME_MACHINE: 'true' });
    try {
      const canaries = await hideCanaries(stack, context);
      const forbidden = await knockAtForbidden(stack, context);
      const fuzz = await fuzzApi(stack, context);
      return together([canaries, forbidden, fuzz]);
    } finally {
      await stack.stop();
    }
  },
};

function together(results: ProofResult[]): ProofResult {
  return {
    figures: Object.fromEntries(results.flatMap(({ figures }) => Object.entries(figures))),
    failures: results.flatMap(({ failures }) => failures),
  };
}
