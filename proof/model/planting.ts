import { AssertionError } from 'node:assert';
import fc from 'fast-check';
import { inLanes } from '../../test/support/in-lanes';
import { performAll } from './commands';
import type { House } from './house';
import { Model } from './model';
import { FOUND, PLANTS, type Plant } from './plants';
import { property, settings, Tally } from './random-life';

const LANES = 5;
const MOST_RUNS = 100;
const LONGEST = 20;
/** A planted rule that chance has found is told by so many acts at most, once they are shrunk. */
const SMALL = 6;

/** What told once holds now; and every broken rule is told from the engine by the acts that the right one stands. */
export async function plantAll({ newEngine }: House, tally: Tally): Promise<string[]> {
  const right = [...FOUND, ...PLANTS.map(({ acts }) => acts)];
  const differ = await inLanes(right.length, LANES, async (index) => {
    const [engine, acts] = [await newEngine(), right[index] ?? []];
    return performAll(new Model(), engine, acts).then(
      () => void tally.count(engine),
      (error: unknown) => `${JSON.stringify(acts)}\n${messageOf(error)}`,
    );
  });
  const blind = await inLanes(PLANTS.length, LANES, async (index) => {
    const { model, acts } = PLANTS[index] as Plant;
    return performAll(new model(), await newEngine(), acts).then(() => `not seen: ${model.name}`, mustDiffer);
  });
  return [...differ, ...blind].filter((failure) => failure !== undefined);
}

/** Any other error is none of the comparison's. */
function mustDiffer(error: unknown): undefined {
  if (!(error instanceof AssertionError)) throw error;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Chance finds them too, and shrinks what it has found. */
export async function plantByChance(
  house: House,
  seed: number,
  plants: readonly Plant[],
  say: (line: string) => void,
): Promise<string[]> {
  const searches = plants.map(async ({ model }) => {
    const tally = new Tally();
    const checked = property(house, LONGEST, model, tally);
    const { failed, errorInstance } = await fc.check(checked, settings(seed, MOST_RUNS));
    if (!failed || !tally.failing) return [`not found by chance: ${model.name}`];
    mustDiffer(errorInstance);
    say(`${model.name} is seen in ${JSON.stringify(tally.failing)}`);
    const { length } = tally.failing;
    return length <= SMALL ? [] : [`${model.name} was not made small: ${length} acts`];
  });
  return (await Promise.all(searches)).flat();
}
