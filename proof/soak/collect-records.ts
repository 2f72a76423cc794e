import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderRecord } from '../../test/support/recording-ledger';
import type { Judge } from '../stack/judge-process';

const EVERY_MS = 30_000;

/** Takes over what the judge writes down while it does: it keeps the newest 200,000 only, a soak has more. */
export function collectRecords(judge: Judge) {
  const stopping = new AbortController();
  const records: ProviderRecord[] = [];
  const collecting = collect();

  async function take(): Promise<void> {
    const next = (records.at(-1)?.seq ?? -1) + 1;
    const newer = await judge.since(next);
    const [first] = newer;
    if (first && first.seq !== next && records.length > 0)
      throw new Error('the judge forgot what was not read yet');
    records.push(...newer);
  }

  async function collect(): Promise<void> {
    while (!stopping.signal.aborted) {
      await take();
      await pause(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  collecting.catch(() => undefined);
  return {
    async all(): Promise<readonly ProviderRecord[]> {
      stopping.abort();
      await collecting;
      await take();
      return records;
    },
  };
}
