import { z } from 'zod';
import type { ApiClient, Conversation } from './api-client';
import { BUSINESS, OPTED_OUT, windowOf } from './business';
import type { ConversationFacts, DeliveryFacts, DemoFacts, RejectedRow } from './facts';
import type { Inbox } from './inbox';
import type { PlayResult } from './play';
import type { Example, Examples } from './read-examples';

const deliverySchema = z.object({ id: z.string(), step: z.int(), status: z.string(), at: z.string() });
const nudgeSchema = z.object({ step: z.int(), text: z.string().nullable() });

export interface Collected {
  api: ApiClient;
  examples: Examples;
  inbox: Inbox;
  played: PlayResult;
  rejections: { line: number; reason: string }[];
}

/** Puts together what the API says of each row of the file and what the receivers got. */
export async function collectFacts(collected: Collected): Promise<DemoFacts> {
  const { api, examples, inbox, rejections } = collected;
  const conversations = new Map((await api.conversations()).map((one) => [one.externalId, one]));
  const addresses = new Set(await api.contactAddresses());
  const rejected = rejections.map(({ line, reason }): RejectedRow => {
    const row = examples.rows.find((one) => one.line === line);
    const externalId = row?.externalId ?? `line ${line}`;
    const isStored = conversations.has(externalId) || (row !== undefined && addresses.has(row.address));
    return { line, reason, externalId, isStored };
  });
  const accepted = examples.rows.filter((row) => !rejections.some(({ line }) => line === row.line));
  const facts = accepted.map((row) => factsOf(row, conversations.get(row.externalId), collected));
  return {
    organization: BUSINESS.name,
    conversations: await Promise.all(facts),
    arrivals: [...inbox.all()],
    rejected,
  };
}

async function factsOf(
  row: Example,
  conversation: Conversation | undefined,
  { api, examples, played }: Collected,
): Promise<ConversationFacts> {
  const script = examples.replies.find((reply) => reply.conversation === row.externalId);
  const episode = conversation?.episode ?? null;
  return {
    externalId: row.externalId,
    name: row.name,
    timeZone: row.timeZone,
    locale: row.locale,
    channel: row.channel,
    sequence: row.sequence,
    address: row.address,
    isOldSilence: row.isOldSilence,
    isOptedOutBefore: row.address === OPTED_OUT.contact.phone,
    window: windowOf(row.sequence),
    script: script ? { afterNudges: script.afterNudges, text: script.text } : null,
    reply: played.replies.get(row.externalId) ?? null,
    deliveries: conversation ? await deliveriesOf(api, conversation, row.externalId, played) : [],
    stage: conversation?.stage ?? 'missing',
    state: episode?.state ?? null,
    stopReason: episode?.stopReason ?? null,
    endedAt: episode?.endedAt ?? null,
  };
}

async function deliveriesOf(
  api: ApiClient,
  { id }: Conversation,
  externalId: string,
  { held }: PlayResult,
): Promise<DeliveryFacts[]> {
  const items = await api.timeline(id);
  const nudges = items.filter(({ type }) => type === 'nudge').map((item) => nudgeSchema.parse(item));
  const deliveries = items
    .filter(({ type }) => type === 'delivery')
    .map((item) => deliverySchema.parse(item));
  return deliveries.map((delivery) => ({
    ...delivery,
    isHeld: held.has(`${externalId} ${delivery.step}`),
    text: nudges.find(({ step }) => step === delivery.step)?.text ?? '',
  }));
}
