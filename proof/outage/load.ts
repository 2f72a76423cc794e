import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startedOf, type ApiAnswer, type ProofTenant, type Started } from '../stack/tenant';

/** A client that creates conversations at a steady pace and, like a good one, repeats what was not acknowledged. */
export interface Load {
  stop(): Promise<void>;
  /** Those whose creation was answered with a 2xx. */
  accepted(): readonly Started[];
  statuses(): Record<string, number>;
  /** Answers an outage must not lead to: anything but 2xx, 429 and 503 with Retry-After. */
  strangeAnswers(): readonly string[];
}

const AGAIN_MS = 500;
const GIVE_UP_MS = 120_000;
const RIGHT_STATUSES = [200, 201, 409, 429, 503];

export function startLoad(tenant: ProofTenant, perSecond: number): Load {
  const accepted: Started[] = [];
  const statuses: Record<string, number> = {};
  const strange: string[] = [];
  const working: Promise<void>[] = [];
  let stopping = false;

  function note({ status, text }: ApiAnswer): void {
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (!RIGHT_STATUSES.includes(status)) strange.push(`${status}: ${text.slice(0, 200)}`);
  }

  async function create(): Promise<void> {
    const externalId = randomBytes(8).toString('hex');
    const contact = { externalId, name: 'Ada', phone: '+442079460000' };
    const body = { externalId, contact, channel: 'webhook', sequence: 'soon' };
    for (const until = Date.now() + GIVE_UP_MS; Date.now() < until; await pause(AGAIN_MS)) {
      const answer = await tenant.call('POST', '/v1/conversations', body);
      note(answer);
      if (answer.status >= 300) continue;
      accepted.push(startedOf(JSON.parse(answer.text), '', 'webhook'));
      return;
    }
  }

  async function run(): Promise<void> {
    const beganAt = performance.now();
    for (let number = 0; !stopping; number += 1) {
      await pause(Math.max(0, beganAt + (number * 1000) / perSecond - performance.now()));
      working.push(create().catch((error: unknown) => void strange.push(String(error))));
    }
  }

  const running = run();
  return {
    accepted: () => accepted,
    statuses: () => statuses,
    strangeAnswers: () => strange,
    async stop() {
      stopping = true;
      await running;
      await Promise.all(working);
    },
  };
}
