import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { duePage } from '../../src/contracts/http/conversation';
import { waitFor } from '../../test/support/wait-for';
import { startedOf, type ProofTenant, type Started } from '../stack/tenant';

export interface CohortSize {
  /** Created at once, before anything changes. */
  waiting: number;
  /** And these come all the while. */
  perSecond: number;
  stepSeconds: readonly number[];
  ghostSeconds: number;
}

/** Conversations that live through an upgrade: each is nudged so often, and ghosted. */
export interface Cohort {
  tenant: ProofTenant;
  steps: number;
  started(): readonly Started[];
  /** Answers that a replacement of workers must not lead to. */
  strangeAnswers(): readonly string[];
  /** Resolves when the first ones wait. */
  waiting(): Promise<void>;
  /** No more come. */
  stopComing(): Promise<void>;
  /** How many have not ended, as the API says. */
  running(): Promise<number>;
  ended(limitMs: number): Promise<void>;
}

const FIRST_PER_SECOND = 12;
const LOOK_AGAIN_MS = 250;
const MOST = 200;

export async function createCohort(tenant: ProofTenant, size: CohortSize): Promise<Cohort> {
  const { waiting, perSecond, stepSeconds, ghostSeconds } = size;
  const steps = stepSeconds.map((seconds) => ({ delay: `${seconds}s`, template: 'proof' }));
  await tenant.must('PUT', '/v1/sequences/upgrade', { steps, ghostAfter: `${ghostSeconds}s` });
  const started: Started[] = [];
  const strange: string[] = [];
  let coming = true;

  async function come(count: number, rate: number): Promise<void> {
    const beganAt = performance.now();
    const working: Promise<unknown>[] = [];
    for (let number = 0; coming && number < count; number += 1) {
      await pause(Math.max(0, beganAt + (number * 1000) / rate - performance.now()));
      const begun = begin(tenant, 'upgrade').then((one) => started.push(one));
      working.push(begun.catch((error: unknown) => strange.push(String(error))));
    }
    await Promise.all(working);
  }

  const first = come(waiting, FIRST_PER_SECOND);
  const all = first.then(() => come(Infinity, perSecond));
  return {
    ...{ tenant, steps: steps.length, started: () => started, waiting: () => first },
    strangeAnswers: () => strange,
    async stopComing() {
      coming = false;
      await all;
    },
    running: () => countRunning(tenant),
    async ended(limitMs) {
      const isOver = async () => {
        await pause(LOOK_AGAIN_MS);
        return (await countRunning(tenant)) === 0;
      };
      // What does not end is for the judge to name.
      await waitFor('all to end', isOver, limitMs).catch(() => undefined);
    },
  };
}

/** A conversation of a contact of its own. */
export async function begin(tenant: ProofTenant, sequence: string): Promise<Started> {
  const externalId = randomBytes(8).toString('hex');
  const contact = { externalId, name: 'Ada', phone: '+442079460000' };
  const body = { externalId, contact, channel: 'webhook', sequence };
  return startedOf(await tenant.must('POST', '/v1/conversations', body), '', 'webhook');
}

async function countRunning(tenant: ProofTenant): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = duePage.parse(await tenant.must('GET', `/v1/conversations/due?limit=${MOST}${after}`));
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}
