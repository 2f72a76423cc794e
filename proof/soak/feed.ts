import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../random';
import { startedOf, type ProofTenant, type Replied, type Started } from '../stack/tenant';

/** 20 s apart, so that a conversation lives 80 s and about 700 are under way at any time. */
const STEP_SECONDS = [20, 40, 60];
const GHOST_SECONDS = 20;
export const LIFE_MS = (60 + GHOST_SECONDS) * 1000;
export const STEPS = STEP_SECONDS.length;
/** Every tenth is answered at some moment of its life. */
const ANSWERED = 0.1;
/** 25 nudges a second: three for each that stays silent, half of that for one that is answered. */
const STARTS_PER_SECOND = 25 / (STEPS * (1 - ANSWERED) + (STEPS / 2) * ANSWERED);

export interface Life {
  started: Started;
  /** null: a silent one. */
  replied: Replied | null;
}

/** The rated load, spread evenly. `lives` grows while it runs; an answer that is no 2xx is a complaint. */
export function startFeed(tenant: ProofTenant, random: Random, forMs: number) {
  const lives: Life[] = [];
  const complaints: string[] = [];

  async function live(): Promise<void> {
    const answered = random.next() < ANSWERED;
    const atMs = random.next() * LIFE_MS;
    const started = await begin(tenant);
    if (answered) await pause(atMs);
    lives.push({ started, replied: answered ? await tenant.reply(started.id) : null });
  }

  async function feed(): Promise<void> {
    const beganAt = performance.now();
    const all: Promise<void>[] = [];
    for (let atMs = 0; atMs < forMs; atMs += 1000 / STARTS_PER_SECOND) {
      await pause(Math.max(0, beganAt + atMs - performance.now()));
      all.push(live().catch((error: unknown) => void complaints.push(String(error))));
    }
    await Promise.all(all);
  }

  return { lives, complaints, ended: feed() };
}

export async function publishLadder(tenant: ProofTenant): Promise<void> {
  const steps = STEP_SECONDS.map((seconds) => ({ delay: `${seconds}s`, template: 'proof' }));
  await tenant.must('PUT', '/v1/sequences/soak', { steps, ghostAfter: `${GHOST_SECONDS}s` });
}

async function begin(tenant: ProofTenant): Promise<Started> {
  const externalId = randomBytes(8).toString('hex');
  const contact = { externalId, name: 'Ada', phone: '+442079460000' };
  const body = { externalId, contact, channel: 'webhook', sequence: 'soak' };
  return startedOf(await tenant.must('POST', '/v1/conversations', body), '', 'webhook');
}
