import type { Proof, ProofResult } from '../proof';
import { startStack } from '../stack/start-stack';
import { dieAtEachPoint } from './each-point';
import { dieAtRandom } from './random-kills';

export const deathProof: Proof = {
  name: 'death',
  promise: 'kill -9 of the worker at any moment loses nothing, and sends nothing twice',
  async run(context) {
    const stack = await startStack(context);
    try {
      const points = await dieAtEachPoint(stack, context);
      await stack.judge.clear();
      return together(points, await dieAtRandom(stack, context));
    } finally {
      await stack.stop();
    }
  },
};

function together(...results: ProofResult[]): ProofResult {
  return {
    figures: Object.assign({}, ...results.map(({ figures }) => figures)) as ProofResult['figures'],
    failures: results.flatMap(({ failures }) => failures),
  };
}
