import fc from 'fast-check';
import type { Act } from './acts';
import { choice, opening } from './choices';
import { Command, performAll } from './commands';
import type { Engine } from './engine';
import type { House } from './house';
import type { Model } from './model';
import { expectWorkflows } from './workflows-at-rest';

/** Shrinking ends after this, with the shortest list found so far. */
const SHRINK_LIMIT_MS = 120_000;

/** What was done without a difference, and the shortest list that told one. */
export class Tally {
  runs = 0;
  readonly acts = new Map<string, number>();
  failing: readonly Act[] | null = null;

  count({ performed }: Engine): void {
    this.runs += 1;
    for (const act of performed) this.acts.set(act.do, (this.acts.get(act.do) ?? 0) + 1);
  }
  /** fast-check goes on from each shorter list that fails: the last one is the shortest. */
  fail({ performed }: Engine): void {
    this.failing = performed;
  }
  take(other: Tally): void {
    this.runs += other.runs;
    for (const [name, count] of other.acts) this.acts.set(name, (this.acts.get(name) ?? 0) + count);
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
      await expectWorkflows(setup.model, setup.real);
    } catch (error) {
      tally.fail(setup.real);
      throw error;
    }
    tally.count(setup.real);
  });
}
