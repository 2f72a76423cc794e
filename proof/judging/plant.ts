import { setTimeout as pause } from 'node:timers/promises';
import type { Judge } from '../stack/judge-process';
import { audit, type Expectation } from './audit';

const REPLIED_BEFORE_MS = 30;

/**
 * Plants a loss, doubles of both kinds, and sends that are late and early, as calls of nobody's, and throws unless the
 * judge and the audit name exactly these. A judge that cannot see a fault proves nothing.
 */
export async function plantFaults({ url, records, clear }: Judge): Promise<string> {
  const now = Date.now();
  const due = (conversationId: string, facts: Partial<Expectation> = {}): Expectation => ({
    ...{ conversationId, to: null, keyed: true, dueAt: now - 1_000, arrival: 'must' },
    ...{ stoppedAt: null, inFlight: [], ...facts },
  });
  const expected = [
    due('planted-right'),
    due('planted-loss'),
    due('planted-double'),
    due('planted-repeat'),
    due('planted-repeat-without-key', { keyed: false }),
    due('planted-late', { arrival: 'may', stoppedAt: now }),
    due('planted-in-flight', { arrival: 'may', stoppedAt: now, inFlight: ['planted-8'] }),
    due('planted-forbidden', { arrival: 'must_not' }),
    due('planted-early', { dueAt: now + 60_000 }),
  ];
  await pause(REPLIED_BEFORE_MS);
  await send(url, 'planted-right', 'planted-1');
  await send(url, 'planted-double', 'planted-2');
  await send(url, 'planted-double', 'planted-3');
  for (const key of ['planted-4', 'planted-4']) await send(url, 'planted-repeat', key);
  for (const key of ['planted-5', 'planted-5']) await send(url, 'planted-repeat-without-key', key);
  await send(url, 'planted-late', 'planted-7');
  await send(url, 'planted-in-flight', 'planted-8');
  await send(url, 'planted-forbidden', 'planted-9');
  await send(url, 'planted-early', 'planted-10');
  await send(url, 'planted-stranger', 'planted-11');

  const seen = JSON.stringify(audit(expected, await records()));
  const planted = JSON.stringify({
    lost: ['planted-loss'],
    doubled: ['planted-double', 'planted-repeat-without-key'],
    late: ['planted-late', 'planted-forbidden'],
    early: ['planted-early'],
    strangers: ['planted-stranger'],
  });
  if (seen !== planted) throw new Error(`the judge is blind: it saw ${seen} instead of ${planted}`);
  await clear();
  return 'planted 1 loss, 2 doubles, 2 late sends, 1 early, 1 stranger: the judge saw exactly these';
}

async function send(url: string, conversationId: string, key: string): Promise<void> {
  const body = JSON.stringify({ conversationId, episode: 1, step: 1 });
  await fetch(url, { method: 'POST', headers: { 'webhook-id': key }, body });
}
