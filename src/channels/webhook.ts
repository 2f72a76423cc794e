import type { Clock } from '../platform/clock';
import type { ChannelPort, OutgoingNudge } from '../services/ports';
import type { GuardedHttp } from './guarded-http';
import type { Places } from './places';
import { webhookHeaders } from './webhook-signature';
import { webhookFailure, webhookVerdict } from './webhook-verdict';

export interface WebhookChannelOptions {
  http: GuardedHttp;
  places: Places;
  clock: Clock;
}

/** Posts a nudge to the organization's own address, signed. Receivers drop a repeat by its `webhook-id`. */
export function createWebhookChannel({ http, places, clock }: WebhookChannelOptions): ChannelPort {
  return {
    kind: 'webhook',
    keyed: true,
    reserve: places.reserve,
    async send(settings, nudge, signal) {
      if (settings.kind !== 'webhook') throw new Error(`webhook was handed settings of ${settings.kind}`);
      if (settings.secrets.length === 0) return { outcome: 'refused', reason: 'the channel has no secret' };
      const body = JSON.stringify(webhookBody(nudge));
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Followthrough',
        'accept-encoding': 'identity',
        ...webhookHeaders(nudge.deliveryId, clock.now(), body, settings.secrets),
      };
      try {
        const answer = await http.post({ url: settings.url, headers, body, signal });
        return webhookVerdict(answer, clock.now());
      } catch (error) {
        return webhookFailure(error);
      }
    },
  };
}

/** The contract of `api.md`, Channels out: names and order are what receivers depend on. */
function webhookBody(nudge: OutgoingNudge) {
  const { name, phone, email, locale, timeZone } = nudge.to;
  return {
    type: 'nudge',
    id: nudge.deliveryId,
    conversationId: nudge.conversationId,
    externalId: nudge.conversationExternalId,
    episode: nudge.episode,
    step: nudge.step,
    stage: nudge.stage,
    to: { name, phone, email, locale, timeZone },
    subject: nudge.subject,
    message: nudge.message,
    metadata: nudge.metadata,
  };
}
