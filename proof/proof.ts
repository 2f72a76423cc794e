import { createRandom, type Random } from './random';

export interface ProofContext {
  size: 'small' | 'large';
  seed: number;
  random: Random;
  /** Says what is being done, while it is done. */
  say(line: string): void;
}

export interface ProofResult {
  figures: Record<string, string | number>;
  /** Every broken promise, in one line each; none = PASS. */
  failures: string[];
}

export interface Proof {
  name: string;
  /** The promise it holds us to, in one line. */
  promise: string;
  run(context: ProofContext): Promise<ProofResult>;
}

export function proofContext(
  size: ProofContext['size'],
  seed: number,
  say: ProofContext['say'],
): ProofContext {
  return { size, seed, random: createRandom(seed), say };
}
