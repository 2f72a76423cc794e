import { v7 as uuidv7 } from 'uuid';
import type { OutgoingNudge } from '../../src/services/ports';

/** A nudge ready to be handed to a channel, with fresh ids. */
export function someNudge(overrides: Partial<OutgoingNudge> = {}): OutgoingNudge {
  return {
    deliveryId: uuidv7(),
    organizationId: uuidv7(),
    conversationId: uuidv7(),
    conversationExternalId: 'crm-4711',
    contactId: uuidv7(),
    episode: 1,
    step: 2,
    stage: 'followup_3h',
    to: {
      name: 'Ada Lovelace',
      phone: '+442079460000',
      email: 'ada@example.com',
      locale: 'en-GB',
      timeZone: 'Europe/London',
    },
    subject: 'Your quote',
    message: 'Hello Ada,\n\nany news on the quote?',
    metadata: { product: 'boiler service' },
    ...overrides,
  };
}
