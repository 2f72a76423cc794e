import { z } from 'zod';
import { createHttpCalls } from './http-calls';

const conversationSchema = z.object({
  id: z.string(),
  externalId: z.string().nullable(),
  stage: z.string(),
  contact: z.object({ id: z.string() }),
  episode: z
    .object({
      state: z.enum(['waiting', 'paused', 'ended']),
      anchorAt: z.string(),
      endedAt: z.string().nullable(),
      stopReason: z.string().nullable(),
      next: z
        .object({
          kind: z.enum(['nudge', 'ghost']),
          step: z.int(),
          dueAt: z.string().nullable(),
          deferredBy: z.string().nullable(),
        })
        .nullable(),
    })
    .nullable(),
});
export type Conversation = z.output<typeof conversationSchema>;

const importSchema = z.object({
  accepted: z.int(),
  rejected: z.int(),
  rejections: z.array(z.object({ line: z.int(), reason: z.string() })),
});
const movedSchema = z.object({
  items: z.array(z.object({ now: z.string(), settled: z.boolean(), conversation: conversationSchema })),
});
const answeredSchema = z.object({
  effect: z.string(),
  inFlight: z.array(z.object({ deliveryId: z.string() })),
  message: z.object({ sentAt: z.string() }),
  conversation: conversationSchema,
});
const timelineItemSchema = z.looseObject({ type: z.string(), at: z.string() });

/** The routes the demo needs, called as any customer would. Every call throws one line when the answer is no 2xx. */
export function createApiClient(baseUrl: string, apiKey: string) {
  const { call, list } = createHttpCalls(baseUrl, apiKey);
  return {
    changeOrganization: (body: object) => call(z.unknown(), 'PATCH', '/v1/organization', body),
    publishSequence: (name: string, body: object) => call(z.unknown(), 'PUT', `/v1/sequences/${name}`, body),
    /** Answers the secret that signs. */
    configureWebhook: (url: string) =>
      call(z.object({ secret: z.string() }), 'PUT', '/v1/channels/webhook', { url }),
    configureEmail: (from: string, smtpUrl: string) =>
      call(z.unknown(), 'PUT', '/v1/channels/email', { from, smtpUrl }),
    createConversation: (body: object) => call(conversationSchema, 'POST', '/v1/conversations', body),
    optOut: (contactId: string) => call(z.unknown(), 'POST', `/v1/contacts/${contactId}/opt-out`, {}),
    importCsv: (csv: string) => call(importSchema, 'POST', '/v1/conversations/import', csv),
    conversations: () => list(conversationSchema, '/v1/conversations'),
    contactAddresses: async () => {
      const address = z.object({ email: z.string().nullable(), phone: z.string().nullable() });
      return (await list(address, '/v1/contacts')).flatMap(({ email, phone }) => [email, phone]);
    },
    timeline: (id: string) => list(timelineItemSchema, `/v1/conversations/${id}/timeline`),
    answer: (id: string, text: string) =>
      call(answeredSchema, 'POST', `/v1/conversations/${id}/messages`, { direction: 'inbound', text }),
    fastForward: (conversationId: string, by: string) =>
      call(movedSchema, 'POST', '/v1/time-machine/fast-forward', { conversationId, by }),
  };
}

export type ApiClient = ReturnType<typeof createApiClient>;
