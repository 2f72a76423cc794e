import { randomBytes } from 'node:crypto';
import type { Random } from '../random';
import type { Operation } from './operation';

/** A conversation that several clients use at the same time. */
export interface Subject {
  externalId: string;
  /** null until a creation was answered. */
  id: string | null;
  history: Operation[];
  /** Operations left until another takes its place. */
  left: number;
}

/** Few at a time, so that clients meet; each for a while, so that no history grows beyond what can be searched. */
export function createBoard(random: Random, places: number) {
  const retired: Subject[] = [];
  const fresh = (): Subject => ({
    externalId: randomBytes(8).toString('hex'),
    id: null,
    history: [],
    left: random.between(15, 40),
  });
  const hot = Array.from({ length: places }, fresh);
  return {
    pick(): Subject {
      const place = random.between(0, places - 1);
      const subject = hot[place] ?? fresh();
      subject.left -= 1;
      if (subject.left === 0) {
        retired.push(subject);
        hot[place] = fresh();
      }
      return subject;
    },
    /** Every one that was ever used. */
    all: (): Subject[] => [...retired, ...hot].filter(({ history }) => history.length > 0),
  };
}
export type Board = ReturnType<typeof createBoard>;
