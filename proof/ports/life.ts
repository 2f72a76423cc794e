import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createConversation } from '../../src/services/conversation/create-conversation';
import { recordMessage } from '../../src/services/conversation/record-message';
import type { EngineWorld } from '../../test/support/engine-world';
import type { Random } from '../random';

/** What one client did, and what it was told. */
export interface Life {
  organizationId: string;
  conversationId: string;
  channel: 'webhook' | 'email';
  /** Null: it stayed silent, and must be ghosted. */
  reply: { externalId: string; acknowledgedAt: number; inFlight: string[] } | null;
}

const LONGEST_SILENCE_MS = 4_500;
const TRIES = 40;

/** A client that repeats, under the same id, whatever failed, as one does that cannot know whether it was done. */
export async function liveLife(world: EngineWorld, organizationId: string, random: Random): Promise<Life> {
  const channel = random.pick<Life['channel']>(['webhook', 'email']);
  const replies = random.next() < 0.5;
  const silenceMs = random.between(0, LONGEST_SILENCE_MS);
  const externalId = randomUUID();
  const contact = { externalId, name: 'Ada', email: `${externalId}@example.com` };
  const { thread } = await patiently(() =>
    world.verb(organizationId, (ctx) => createConversation(ctx, { externalId, contact, channel })),
  );
  const conversationId = thread.conversation.id;
  if (!replies) return { organizationId, conversationId, channel, reply: null };
  await pause(silenceMs);
  const said = { direction: 'inbound' as const, text: 'Yes, please.', externalId: `${externalId}-reply` };
  const inFlight: string[] = [];
  await patiently(() =>
    world.verb(organizationId, async (ctx) => {
      const result = await recordMessage(ctx, conversationId, said);
      inFlight.push(...result.inFlight.map(({ deliveryId }) => deliveryId));
    }),
  );
  const reply = { externalId: said.externalId, acknowledgedAt: Date.now(), inFlight };
  return { organizationId, conversationId, channel, reply };
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES) throw error;
      await pause(20);
    }
  }
}
