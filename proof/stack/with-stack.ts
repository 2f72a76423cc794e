import { rmSync } from 'node:fs';
import type { ProofContext, ProofResult } from '../proof';
import { startStack, type Stack } from './start-stack';

/** Runs a proof on a stack of its own. Its logs go when it passed, and stay to be read when it did not. */
export async function withStack(
  context: ProofContext,
  overrides: Record<string, string>,
  work: (stack: Stack) => Promise<ProofResult>,
): Promise<ProofResult> {
  const stack = await startStack(context, overrides);
  let holds = false;
  try {
    const { figures, failures } = await work(stack);
    holds = failures.length === 0;
    return { figures, failures: holds ? [] : [...failures, `the logs are in ${stack.folder}`] };
  } finally {
    await stack.stop();
    if (holds) rmSync(stack.folder, { recursive: true, force: true });
  }
}
