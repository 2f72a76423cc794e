import { spreadOf, type Spread } from './spread';

/** One message that an engine was told to send. */
export interface Planned {
  id: string;
  /** Epoch milliseconds. */
  dueAt: number;
  /** When the engine had acknowledged a reply: nothing may arrive after it. */
  repliedAt?: number;
  /** The acknowledgement said that a send was already under way. */
  namedInFlight?: boolean;
}

/** One request as the sink saw it. */
export interface Arrival {
  id: string;
  /** Epoch milliseconds, on the sink's own clock. */
  at: number;
  /** What the receiver may drop repeats by; null where the sender brings nothing. */
  key: string | null;
}

export interface Verdict {
  planned: number;
  delivered: number;
  lost: string[];
  /** Asked of the provider more than once. */
  sentTwice: string[];
  /** Of those, with more than one key, or none: a receiver that honours keys would have sent twice. */
  acceptedTwice: string[];
  early: string[];
  afterReply: string[];
  /** Arrived, but never planned. */
  unknown: string[];
  /** First arrival minus due time, in ms; null when nothing arrived. */
  lateness: Spread | null;
}

/** Judges by the sink's records alone. `arrivals` may hold those of other runs when their ids differ in `prefix`. */
export function judge(planned: readonly Planned[], arrivals: readonly Arrival[], prefix = ''): Verdict {
  const byId = groupById(arrivals.filter(({ id }) => id.startsWith(prefix)));
  const plannedIds = new Set(planned.map(({ id }) => id));
  const firstOf = (id: string) => byId.get(id)?.[0];
  const idsWhere = (holds: (plan: Planned, first: Arrival, all: Arrival[]) => boolean) =>
    planned
      .filter((plan) => {
        const all = byId.get(plan.id) ?? [];
        return all[0] !== undefined && holds(plan, all[0], all);
      })
      .map(({ id }) => id);

  const lateness = planned.flatMap(({ id, dueAt }) => {
    const first = firstOf(id);
    return first === undefined ? [] : [first.at - dueAt];
  });
  return {
    planned: planned.length,
    delivered: lateness.length,
    lost: planned.filter((plan) => firstOf(plan.id) === undefined && mustArrive(plan)).map(({ id }) => id),
    sentTwice: idsWhere((_plan, _first, all) => all.length > 1),
    acceptedTwice: idsWhere((_plan, _first, all) => all.length > 1 && !isOneKey(all)),
    early: idsWhere(({ dueAt }, first) => first.at < dueAt),
    afterReply: idsWhere((plan, _first, all) => all.some(({ at }) => isAfterReply(plan, at))),
    unknown: [...byId.keys()].filter((id) => !plannedIds.has(id)),
    lateness: spreadOf(lateness),
  };
}

/** A reply may come before the send or after it: both ends are right for the message it was aimed at. */
function mustArrive({ repliedAt }: Planned): boolean {
  return repliedAt === undefined;
}

function isAfterReply({ repliedAt, namedInFlight }: Planned, at: number): boolean {
  return repliedAt !== undefined && at > repliedAt && namedInFlight !== true;
}

function isOneKey(arrivals: Arrival[]): boolean {
  const keys = new Set(arrivals.map(({ key }) => key));
  return keys.size === 1 && !keys.has(null);
}

/** In order of arrival. */
function groupById(arrivals: readonly Arrival[]): Map<string, Arrival[]> {
  const byId = new Map<string, Arrival[]>();
  for (const arrival of [...arrivals].sort((one, other) => one.at - other.at)) {
    const known = byId.get(arrival.id);
    if (known) known.push(arrival);
    else byId.set(arrival.id, [arrival]);
  }
  return byId;
}
