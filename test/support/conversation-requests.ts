import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { conversationOut } from '../../src/contracts/http/conversation';
import { inOrganization, type Database } from '../../src/db/client';
import { deliveries, nudges } from '../../src/db/schema';
import { read, type Tenant } from './api-world';

export type Conversation = z.output<typeof conversationOut>;

/** A contact nobody else in the test has. */
export function someContact() {
  const externalId = randomBytes(6).toString('hex');
  return { externalId, name: 'Ada Lovelace', email: `${externalId}@example.com`, phone: '+442079460000' };
}

export async function createConversation(tenant: Tenant, body: object = {}): Promise<Conversation> {
  const answer = await tenant.post('/v1/conversations', { contact: someContact(), ...body });
  return read(answer, 201, conversationOut);
}

export async function readConversation(tenant: Tenant, id: string): Promise<Conversation> {
  return read(await tenant.get(`/v1/conversations/${id}`), 200, conversationOut);
}

/** `2026-11-20T09:00:00.000Z`, so many minutes ago. */
export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
export const hoursAgo = (hours: number) => minutesAgo(60 * hours);

/** As a worker that holds the first step's provider call right now would leave the tables. Answers the delivery's id. */
export async function claimFirstStep(
  database: Database,
  organizationId: string,
  { id, contact }: Conversation,
) {
  const deliveryId = uuidv7();
  const now = new Date();
  const ofStep = { organizationId, conversationId: id, episode: 1, step: 1 };
  await inOrganization(database, organizationId, async (tx) => {
    await tx
      .insert(nudges)
      .values({ ...ofStep, id: uuidv7(), stage: 'followup_10m', body: 'Hi', createdAt: now });
    await tx.insert(deliveries).values({
      ...ofStep,
      id: deliveryId,
      contactId: contact.id,
      channel: 'webhook',
      status: 'claimed',
      fence: 2,
      callOpen: true,
      attempts: 1,
      dueAt: now,
      claimedAt: now,
      deadlineAt: new Date(now.getTime() + 900_000),
      updatedAt: now,
    });
  });
  return deliveryId;
}
