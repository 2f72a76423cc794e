import fc from 'fast-check';
import globalSetup from '../../test/support/global-setup';
import { quietTemporal } from '../../test/support/quiet-temporal';
import { stopKept } from '../../test/support/running-servers';
import type { Proof, ProofContext, ProofResult } from '../proof';
import { openHouse, type House } from './house';
import { Model } from './model';
import { plantAll, plantByChance } from './planting';
import { PLANTS } from './plants';
import { property, settings, Tally } from './random-life';

/** `lanes`: organizations that live at the same time; they wait for the time machine, not for each other. */
const SIZES = {
  small: { acts: 300, longest: 20, lanes: 4, kills: 4, plantsByChance: 0 },
  large: { acts: 8_000, longest: 60, lanes: 10, kills: 8, plantsByChance: 3 },
} as const;

export const modelProof: Proof = {
  name: 'model',
  promise: 'whatever is done in whatever order, the engine does what a model of 200 lines foretells',
  async run(context) {
    quietTemporal('ERROR');
    const own = process.env.TEST_DATABASE_URL === undefined;
    if (own) await globalSetup();
    const houses = await Promise.all([openHouse(0), openHouse(SIZES[context.size].kills)]);
    try {
      return await search(context, ...houses);
    } finally {
      await Promise.all(houses.map((house) => house.close()));
      if (own) await stopKept();
    }
  },
};

/** `mortal`: where workers are killed. That holds up whoever lives there, so only one lane does. */
async function search({ size, seed, say }: ProofContext, quiet: House, mortal: House): Promise<ProofResult> {
  const { acts, longest, lanes, plantsByChance } = SIZES[size];
  const tally = new Tally();
  const failures: string[] = [];
  const plant = async () => {
    failures.push(...(await plantAll(quiet, tally)));
    failures.push(...(await plantByChance(quiet, seed, PLANTS.slice(0, plantsByChance), say)));
  };
  let next = seed;
  const lane = async (house: House) => {
    while (tally.performed() < acts && failures.length === 0) {
      const own = new Tally();
      const found = await fc.check(property(house, longest, Model, own), settings(next++, 1));
      tally.take(own);
      if (found.failed) failures.push(await report(found, own));
      say(`${tally.performed()} acts`);
    }
  };
  await Promise.all([plant(), ...Array.from({ length: lanes }, () => lane(quiet)), lane(mortal)]);
  const errors = [quiet, mortal].flatMap(({ world }) => world.errors.map(String));
  return { figures: figuresOf(tally), failures: [...failures, ...errors] };
}

function figuresOf(tally: Tally): ProofResult['figures'] {
  const acts = [...tally.acts].sort(([, one], [, other]) => other - one);
  return {
    'acts, each followed by a look at everything': tally.performed(),
    'of them': acts.map(([name, count]) => `${count} ${name}`).join(', '),
    organizations: tally.runs,
    'broken rules planted and seen': PLANTS.length,
  };
}

/** The shortest list of acts, to be pasted into `FOUND`, what differed after it, and how fast-check came to it. */
async function report<T>(found: fc.RunDetails<T>, { failing }: Tally): Promise<string> {
  const { errorInstance: error } = found;
  const differs = error instanceof Error ? error.message : String(error);
  return [JSON.stringify(failing), differs, await fc.asyncDefaultReportMessage(found)].join('\n');
}
