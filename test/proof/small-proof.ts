import { proofContext, type Proof } from '../../proof/proof';

const LIMIT_MS = 240_000;
/** The same story each time: a red test is about the change. New ones are sought by `npm run proof`. */
const SEED = 1;

/** The small form of a proof as a test; its seed is in the message of a failure. */
export function holds({ name, promise, run }: Proof): void {
  test(
    promise,
    async () => {
      const seed = SEED;
      const { figures, failures } = await run(proofContext('small', seed, () => undefined));
      expect({ name, seed, figures, failures }).toEqual({ name, seed, figures, failures: [] });
    },
    LIMIT_MS,
  );
}
