import { freePort } from '../../scripts/servers/free-port';
import type { Control } from '../../test/support/recording-behaviour';
import type { ProviderRecord, ProviderStats } from '../../test/support/recording-ledger';
import { startServing, type ServingProcess } from './serving-process';

/** The recording provider in a process of its own: it alone says what was sent. */
export interface Judge {
  /** Where webhooks and mails go. */
  url: string;
  smtpUrl: string;
  process: ServingProcess;
  control(control: Control): Promise<void>;
  /** Everything it wrote down. Throws when it had to forget something. */
  records(): Promise<ProviderRecord[]>;
  /** From that number on; whoever asks often enough misses nothing. */
  since(seq: number): Promise<ProviderRecord[]>;
  stats(): Promise<ProviderStats>;
  clear(): Promise<void>;
}

interface Page {
  records: ProviderRecord[];
  next: number | null;
}

export async function startJudge(file: string, folder: string): Promise<Judge> {
  const [port, smtpPort] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const process = await startServing({
    name: 'judge',
    file,
    args: ['--port', String(port), '--smtp-port', String(smtpPort)],
    env: {},
    folder,
    readyUrl: `${base}/stats`,
  });
  await process.ready();
  return {
    url: `${base}/hook`,
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    process,
    control: async (control) => void (await ask(`${base}/control`, 'POST', JSON.stringify(control))),
    since: (seq) => readSince(base, seq),
    async records() {
      const all = await readSince(base, 0);
      const { forgotten } = statsOf(await ask(`${base}/stats`));
      if (forgotten > 0) throw new Error(`the judge forgot ${forgotten} requests: it cannot judge`);
      return all;
    },
    stats: async () => statsOf(await ask(`${base}/stats`)),
    clear: async () => void (await ask(`${base}/records`, 'DELETE')),
  };
}

async function readSince(base: string, seq: number): Promise<ProviderRecord[]> {
  const all: ProviderRecord[] = [];
  for (let from: number | null = seq; from !== null;) {
    const page = pageOf(await ask(`${base}/records?from=${from}`));
    all.push(...page.records);
    from = page.next;
  }
  return all;
}

/** Asserted: both ends are our own code of the same commit. */
const pageOf = (body: unknown) => body as Page;
const statsOf = (body: unknown) => body as ProviderStats;

async function ask(url: string, method = 'GET', body: string | null = null): Promise<unknown> {
  const response = await fetch(url, { method, body });
  if (!response.ok) throw new Error(`the judge answered ${response.status}: ${await response.text()}`);
  return response.json();
}
