import type { VerbContext } from './verb-context';

/** Opens one transaction of one organization, runs it again when it lost a race, and tells Temporal after the commit. */
export type Transact = <T>(work: (ctx: VerbContext) => Promise<T>) => Promise<T>;
