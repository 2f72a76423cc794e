import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Act } from './acts';
import { compare } from './compare';
import type { Engine } from './engine';
import { foretell, isPossible, spanMs, untilNextMs } from './foretell';
import type { Model } from './model';

/** Nothing may fall due by itself between two looks: what comes sooner than this is gone over at once. */
const SOON_MS = 120_000;

/** One act on both sides, and then a look at everything. */
export class Command implements fc.AsyncCommand<Model, Engine> {
  constructor(private readonly act: Act) {}
  check(model: Readonly<Model>): boolean {
    return isPossible(model, this.act);
  }
  async run(model: Model, engine: Engine): Promise<void> {
    engine.performed.push(this.act);
    await perform(model, engine, this.act);
    for (const [place, c] of model.conversations) {
      while (untilNextMs(c, Date.now()) < SOON_MS)
        await perform(model, engine, { do: 'advance', place, to: 'next' });
    }
  }
  toString(): string {
    return JSON.stringify(this.act);
  }
}

async function perform(model: Model, engine: Engine, act: Act): Promise<void> {
  const c = 'place' in act ? model.conversations.get(act.place) : undefined;
  const byMs = act.do === 'advance' && c ? spanMs(c, act.to, Date.now()) : 0;
  const done = await engine.do(act, byMs);
  deepStrictEqual(done.answer, foretell(model, act, done));
  compare(model, await engine.look());
}

/** The acts of one list, in order, on an engine and a model that are new. Throws at the first difference. */
export async function performAll(model: Model, engine: Engine, acts: readonly Act[]): Promise<void> {
  const commands = acts.map((act) => new Command(act));
  await fc.asyncModelRun(() => ({ model, real: engine }), commands);
}
