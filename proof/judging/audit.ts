import type { ProviderRecord } from '../../test/support/recording-ledger';

/** What one step of one conversation may come to. */
export interface Expectation {
  conversationId: string;
  /** The contact's e-mail address, by which a mail is recognised; null on the webhook. */
  to: string | null;
  /** False: a second acceptance is a double even under the same key. */
  keyed: boolean;
  /** Epoch ms; null = not judged. Nothing may arrive before. */
  dueAt: number | null;
  /** `must`: a missing one is lost. `must_not`: any arrival is late. */
  arrival: 'must' | 'may' | 'must_not';
  /** When the caller had read the reply's 2xx; calls after it must be named in `inFlight`. */
  stoppedAt: number | null;
  inFlight: readonly string[];
}

/** Names of conversations by the promise they broke; `strangers`: calls for conversations nobody expected. */
export type Audit = Record<'lost' | 'doubled' | 'late' | 'early' | 'strangers', string[]>;

/** Judges by the provider's records alone. Conversations have one step here. */
export function audit(expected: readonly Expectation[], records: readonly ProviderRecord[]): Audit {
  const byName = groupRecords(records);
  const recordsOf = (one: Expectation) => byName.get(nameOf(one.conversationId, one.to)) ?? [];
  const where = (breaks: (one: Expectation, calls: ProviderRecord[]) => boolean) =>
    expected.filter((one) => breaks(one, recordsOf(one))).map(({ conversationId }) => conversationId);
  const known = new Set(expected.map(({ conversationId, to }) => nameOf(conversationId, to)));
  return {
    lost: where(({ arrival }, calls) => arrival === 'must' && !calls.some(({ accepted }) => accepted)),
    doubled: where(isDoubled),
    late: where((one, calls) => calls.some((call) => isLate(one, call))),
    early: where(({ dueAt }, calls) => dueAt !== null && calls.some(({ at }) => at < dueAt)),
    strangers: [...byName.keys()].filter((name) => !known.has(name)),
  };
}

/** One line for each broken promise; none = the proof holds. */
export function complaints(found: Audit): string[] {
  return Object.entries(found)
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${names.length} ${what}: ${names.slice(0, 5).join(', ')}`);
}

function isDoubled({ keyed }: Expectation, calls: ProviderRecord[]): boolean {
  const accepted = calls.filter((call) => call.accepted);
  return keyed ? new Set(accepted.map(({ key }) => key)).size > 1 : accepted.length > 1;
}

function isLate({ arrival, stoppedAt, inFlight }: Expectation, call: ProviderRecord): boolean {
  if (arrival === 'must_not') return true;
  return stoppedAt !== null && call.at > stoppedAt && !inFlight.includes(call.key ?? '');
}

function nameOf(conversationId: string, to: string | null): string {
  return to ?? conversationId;
}

function groupRecords(records: readonly ProviderRecord[]): Map<string, ProviderRecord[]> {
  const byName = new Map<string, ProviderRecord[]>();
  for (const record of records) {
    const name = record.side === 'smtp' ? record.to : record.conversationId;
    // Ended before it was read: the provider cannot know whose it was.
    if (name === null) continue;
    byName.set(name, [...(byName.get(name) ?? []), record]);
  }
  return byName;
}
