import type { ConversationFacts, DeliveryFacts, DemoFacts } from '../../scripts/demo/facts';
import type { Arrival } from '../../scripts/demo/inbox';

const DAYTIME = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '08:00', to: '20:00' };
export const REPLIED_AT_MS = Date.parse('2026-11-21T12:00:00Z');

export function conversation(changes: Partial<ConversationFacts> = {}): ConversationFacts {
  return {
    externalId: 'silent',
    name: 'Sam Silent',
    timeZone: 'Europe/Berlin',
    locale: 'en',
    channel: 'webhook',
    sequence: 'default',
    address: '+491',
    isOldSilence: false,
    isOptedOutBefore: false,
    window: DAYTIME,
    script: null,
    reply: null,
    deliveries: [],
    stage: 'ghosted',
    state: 'ended',
    stopReason: 'ghosted',
    endedAt: '2026-11-23T09:00:00.000Z',
    ...changes,
  };
}

export function delivery(changes: Partial<DeliveryFacts> = {}): DeliveryFacts {
  const at = '2026-11-21T11:00:00.000Z';
  return { id: 'd-1', step: 1, status: 'sent', at, isHeld: false, text: 'Hi Sam', ...changes };
}

export function arrival(changes: Partial<Arrival> = {}): Arrival {
  return {
    channel: 'webhook',
    id: 'd-1',
    arrivedAtMs: REPLIED_AT_MS - 1_000,
    to: '+491',
    conversation: 'silent',
    step: 1,
    subject: 'A note',
    text: 'Hi Sam',
    isGenuine: true,
    ...changes,
  };
}

const script = { afterNudges: 1, text: 'Yes' };
const reply = {
  text: 'Yes',
  at: '2026-11-21T12:00:00.000Z',
  effect: 'stopped',
  acknowledgedAtMs: REPLIED_AT_MS,
  inFlight: [],
};

/** One conversation of each kind, every promise kept. */
export function goodFacts(): DemoFacts {
  return {
    organization: 'Test',
    conversations: [
      conversation({ deliveries: [delivery(), delivery({ id: 'd-2', step: 2 })] }),
      conversation({
        externalId: 'mailed',
        name: 'Mary Mailed',
        channel: 'email',
        address: 'mary@example.com',
        script,
        reply,
        deliveries: [delivery({ id: 'd-3' })],
        stage: 'engaged',
        stopReason: 'replied',
      }),
      conversation({ externalId: 'old', address: '+492', isOldSilence: true }),
      conversation({
        externalId: 'stopped',
        address: '+493',
        isOptedOutBefore: true,
        stage: 'opted_out',
        state: null,
      }),
    ],
    arrivals: [
      arrival(),
      arrival({ id: 'd-2', step: 2 }),
      arrival({
        id: 'd-3@seeblick.example.com',
        channel: 'email',
        to: 'mary@example.com',
        conversation: null,
        step: null,
      }),
    ],
    rejected: [
      { line: 14, reason: 'bad zone', externalId: 'tour-113', isStored: false },
      { line: 19, reason: 'bad address', externalId: 'tour-118', isStored: false },
    ],
  };
}
