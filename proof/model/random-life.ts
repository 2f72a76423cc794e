import fc from 'fast-check';
import { choice, opening } from './choices';
import { Command, performAll } from './commands';
import type { Engine } from './engine';
import type { House } from './house';
import type { Model } from './model';
import { expectWorkflows } from './workflows-at-rest';

/** Shrinking ends after this, with the shortest list found so far. */
const SHRINK_LIMIT_MS = 120_000;

/** What was done without a difference. */
export class Tally {
  runs = 0;
  readonly acts = new Map<string, number>();
  /** How many acts the shortest list had that told the model from the engine. */
  shortest = Infinity;
  add({ performed }: Engine): void {
    this.runs += 1;
    for (const act of performed) this.acts.set(act, (this.acts.get(act) ?? 0) + 1);
  }
  performed(): number {
    return [...this.acts.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** Unbiased: the first runs of a check would else be short ones. */
export const settings = (seed: number, numRuns: number) => ({
  ...{ seed, numRuns, unbiased: true },
  interruptAfterTimeLimit: SHRINK_LIMIT_MS,
});

/** Acts by chance, in an organization of their own; a difference throws. */
export function property(house: House, maxCommands: number, model: new () => Model, tally: Tally) {
  const command = choice(house.kills).map((act) => new Command(act));
  const commands = fc.commands<Model, Engine, false>([command], { maxCommands, size: 'max' });
  // In this order: once a neighbour was shrunk before them, fast-check no longer knows which commands have run.
  return fc.asyncProperty(commands, opening, async (list, first) => {
    const setup = { model: new model(), real: await house.newEngine() };
    try {
      await performAll(setup.model, setup.real, first);
      await fc.asyncModelRun(() => setup, list);
    } catch (error) {
      tally.shortest = Math.min(tally.shortest, setup.real.performed.length);
      throw error;
    }
    await expectWorkflows(setup.model, setup.real);
    tally.add(setup.real);
  });
}
