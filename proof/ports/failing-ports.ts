import type { PoolClient } from 'pg';
import type { Database } from '../../src/db/client';
import type { ChannelPort, EngineClient } from '../../src/services/ports';
import type { Random } from '../random';

/** How often, of all calls, the work is done and then an error is thrown. */
export interface Trouble {
  /** True when this call shall do its work and then fail; counts it. */
  strikes(): boolean;
  struck(): number;
  calls(): number;
  end(): void;
}

/** Between 5 and 15 % of the calls. */
export function createTrouble(random: Random): Trouble {
  const share = 0.05 + 0.1 * random.next();
  let [calls, struck, over] = [0, 0, false];
  return {
    strikes() {
      calls += 1;
      if (over || random.next() >= share) return false;
      struck += 1;
      return true;
    },
    struck: () => struck,
    calls: () => calls,
    end: () => void (over = true),
  };
}

const lost = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/**
 * Commits, or runs a single statement that is its own transaction, and then the connection is lost: the caller cannot
 * know that it is done. Changes `database` itself.
 */
export function failAfterCommits({ pool }: Database, trouble: Trouble): void {
  const connect = pool.connect.bind(pool);
  const single: unknown = Reflect.get(pool, 'query', pool);
  const doubtful = new WeakMap<PoolClient, PoolClient>();
  Object.assign(pool, {
    // The pool's own single statements take their connection through a callback.
    async connect(...callback: Parameters<typeof connect>) {
      if (callback.length > 0) return connect(...callback);
      const client = await connect();
      const known = doubtful.get(client) ?? withDoubtfulCommit(client, trouble);
      doubtful.set(client, known);
      return known;
    },
    async query(...args: unknown[]) {
      const result: unknown = await bound(single, pool)(...args);
      if (trouble.strikes()) throw lost();
      return result;
    },
  });
}

function withDoubtfulCommit(client: PoolClient, trouble: Trouble): PoolClient {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (property !== 'query') return bound(value, target);
      return async (...args: unknown[]) => {
        const result: unknown = await bound(value, target)(...args);
        if (args[0] === 'commit' && trouble.strikes()) throw lost();
        return result;
      };
    },
  });
}

/** Asserted: the type of a function without its `this` is not known to TypeScript. */
function bound(method: unknown, target: object): (...args: unknown[]) => unknown {
  return (method as (...args: unknown[]) => unknown).bind(target);
}

/** Starts and signals, and then the answer is lost. */
export function failAfterEngineCalls(engine: EngineClient, trouble: Trouble): EngineClient {
  const doubtful = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    if (trouble.strikes()) throw lost();
    return result;
  };
  return {
    start: (input) => doubtful(engine.start(input)),
    signal: (ref, snapshot) => doubtful(engine.signal(ref, snapshot)),
    areOpen: (refs) => doubtful(engine.areOpen(refs)),
  };
}

/** Accepts, and then the answer is lost; now and then the channel breaks its own promise and throws. */
export function failAfterSends(channel: ChannelPort, trouble: Trouble, random: Random): void {
  const send = channel.send.bind(channel);
  channel.send = async (...args) => {
    const outcome = await send(...args);
    if (!trouble.strikes()) return outcome;
    if (random.next() < 0.3) throw lost();
    return { outcome: 'unanswered', reason: 'connection lost' };
  };
}
