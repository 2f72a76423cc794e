import type { Proof, ProofResult } from '../proof';
import { withStack } from '../stack/with-stack';
import { dieAtEachPoint } from './each-point';
import { dieAtRandom } from './random-kills';

export const deathProof: Proof = {
  name: 'death',
  promise: 'kill -9 of the worker at any moment loses nothing, and sends nothing twice',
  run: (context) =>
    withStack(context, {}, async (stack) => {
      const points = await dieAtEachPoint(stack, context);
      await stack.judge.clear();
      return together(points, await dieAtRandom(stack, context));
    }),
};

function together(...results: ProofResult[]): ProofResult {
  return {
    figures: Object.assign({}, ...results.map(({ figures }) => figures)) as ProofResult['figures'],
    failures: results.flatMap(({ failures }) => failures),
  };
}
