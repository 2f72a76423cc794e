import { proofContext, type Proof } from '../../proof/proof';

const LIMIT_MS = 240_000;
const SEEDS = 2 ** 31;

/** The small form of a proof as a test; its seed is in the message of a failure. */
export function holds({ name, promise, run }: Proof): void {
  test(
    promise,
    async () => {
      const seed = Math.floor(Math.random() * SEEDS);
      const { figures, failures } = await run(proofContext('small', seed, () => undefined));
      expect({ name, seed, figures, failures }).toEqual({ name, seed, figures, failures: [] });
    },
    LIMIT_MS,
  );
}
