/** One request as the provider saw it. Its own clock and its own reading: nothing here comes from the engine. */
export interface ProviderRecord {
  seq: number;
  side: 'http' | 'smtp';
  /** Arrival in epoch milliseconds with a fraction. HTTP: headers complete; SMTP: the DATA command. */
  at: number;
  /** webhook-id, else x-job-id; for SMTP the Message-ID without brackets and domain. */
  key: string | null;
  messageId: string | null;
  /** Which request with this key, from 1. */
  attempt: number;
  conversationId: string | null;
  externalId: string | null;
  episode: number | null;
  step: number | null;
  to: string | null;
  path: string | null;
  outcome: 'accepted' | 'dropped' | 'refused' | 'hung' | 'reset';
  /** Taken over by the provider: outcome `accepted`, or `dropped` (the sender never heard of it). */
  accepted: boolean;
  /** Accepted although the same key had been accepted before: a keyed receiver drops it, an unkeyed one sends twice. */
  repeat: boolean;
  status: number | null;
  /** The HTTP body or the raw mail; only where bodies are kept. */
  body: string | null;
}

export type Arrival = Omit<ProviderRecord, 'seq' | 'attempt' | 'accepted' | 'repeat'>;

const OUTCOMES = ['accepted', 'dropped', 'refused', 'hung', 'reset'] as const;
const MAX_RECORDS = 200_000;

/** Keeps the newest 200,000 requests; `forgotten` counts what fell out, so that no one judges by half a ledger. */
export function createLedger() {
  let records: ProviderRecord[] = [];
  let seen = new Map<string, { attempts: number; accepted: number }>();
  let forgotten = 0;
  let nextSeq = 0;

  const historyOf = (side: string, key: string | null) => seen.get(`${side} ${key}`);

  return {
    attemptOf: (side: string, key: string | null): number => (historyOf(side, key)?.attempts ?? 0) + 1,
    add(arrival: Arrival): ProviderRecord {
      const history = historyOf(arrival.side, arrival.key) ?? { attempts: 0, accepted: 0 };
      const accepted = arrival.outcome === 'accepted' || arrival.outcome === 'dropped';
      const repeat = accepted && history.accepted > 0 && arrival.key !== null;
      history.attempts += 1;
      if (accepted) history.accepted += 1;
      if (arrival.key !== null) seen.set(`${arrival.side} ${arrival.key}`, history);
      const attempt = arrival.key === null ? 1 : history.attempts;
      const record = { seq: nextSeq++, ...arrival, attempt, accepted, repeat };
      records.push(record);
      // Dropped in blocks: shifting a long array for each request would cost more than the request.
      if (records.length > MAX_RECORDS * 1.1) {
        forgotten += records.length - MAX_RECORDS;
        records = records.slice(-MAX_RECORDS);
      }
      return record;
    },
    records: (): readonly ProviderRecord[] => records,
    clear(): void {
      records = [];
      seen = new Map();
      forgotten = 0;
    },
    stats: () => ({
      http: countSide(records, 'http'),
      smtp: countSide(records, 'smtp'),
      doubledSteps: doubledSteps(records),
      forgotten,
    }),
  };
}
export type Ledger = ReturnType<typeof createLedger>;
export type ProviderStats = ReturnType<Ledger['stats']>;

function countSide(records: readonly ProviderRecord[], side: ProviderRecord['side']) {
  const ofSide = records.filter((record) => record.side === side);
  const outcomes = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, ofSide.filter((record) => record.outcome === outcome).length]),
  );
  return {
    requests: ofSide.length,
    outcomes,
    /** Distinct keys taken over; requests without a key count one each. */
    acceptedKeys: ofSide.filter(({ accepted, repeat }) => accepted && !repeat).length,
    repeats: ofSide.filter(({ repeat }) => repeat).length,
  };
}

/** Steps of an episode that were accepted under more than one key, as `conversation/episode/step`. */
function doubledSteps(records: readonly ProviderRecord[]): string[] {
  const keys = new Map<string, Set<string | null>>();
  for (const { accepted, conversationId, episode, step, key } of records) {
    if (!accepted || conversationId === null || step === null) continue;
    const name = `${conversationId}/${episode}/${step}`;
    keys.set(name, (keys.get(name) ?? new Set()).add(key));
  }
  return [...keys].filter(([, used]) => used.size > 1).map(([name]) => name);
}
