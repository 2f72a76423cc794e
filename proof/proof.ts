import { createRandom, type Random } from './random';

export interface ProofContext {
  size: 'small' | 'large';
  seed: number;
  /** How long a proof lasts that lasts as long as it is told to. */
  minutes: number;
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
  /** It lasts as long as it is told to (`--minutes`), and is no part of "all of them". */
  lastsMinutes?: boolean;
  run(context: ProofContext): Promise<ProofResult>;
}

const USUAL_MINUTES = 30;

export function proofContext(
  size: ProofContext['size'],
  seed: number,
  say: ProofContext['say'],
  minutes = USUAL_MINUTES,
): ProofContext {
  return { size, seed, minutes, random: createRandom(seed), say };
}
