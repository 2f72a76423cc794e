import type { ConversationInput, EpisodeRef, Snapshot } from '../contracts/conversation-workflow';
import type { ChannelKind, DeliveryStatus, Stage } from '../domain/conversation';

/** Everything a channel needs for one hand-over. Never logged whole: it holds text and addresses. */
export interface OutgoingNudge {
  /** The idempotency key where the channel honours one; a UUIDv7. */
  deliveryId: string;
  organizationId: string;
  conversationId: string;
  conversationExternalId: string | null;
  contactId: string;
  episode: number;
  step: number;
  stage: Stage;
  to: { name: string | null; phone: string | null; email: string | null; locale: string; timeZone: string };
  subject: string | null;
  message: string;
  metadata: Record<string, unknown>;
}

/** A channel's settings with its secrets already opened. */
export interface WebhookSettings {
  kind: 'webhook';
  url: string;
  /** Newest first; the receiver accepts any of them during a rotation. `whsec_` + base64. */
  secrets: string[];
}
export interface EmailSettings {
  kind: 'email';
  from: string;
  replyTo: string | null;
  /** null = the installation's own SMTP server from the configuration. */
  smtpUrl: string | null;
}
export type ChannelSettings = WebhookSettings | EmailSettings;

/**
 * What one provider call came to.
 * - accepted: the provider said yes.
 * - refused: a definite no that a repeat cannot change.
 * - busy: a definite "not now": nothing was accepted, a repeat is safe on every channel.
 * - unanswered: no one can tell whether it was accepted (time-out, reset, connection lost after DATA).
 */
export type ProviderOutcome =
  | { outcome: 'accepted'; providerId: string | null }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'busy'; reason: string; retryAfterMs: number | null }
  | { outcome: 'unanswered'; reason: string };

export interface ChannelPort {
  kind: ChannelKind;
  /** True when the provider drops a repeat of the same delivery id. */
  keyed: boolean;
  /** Never throws for anything the provider or the network does; `signal` aborts the call (= unanswered). */
  send(settings: ChannelSettings, nudge: OutgoingNudge, signal?: AbortSignal): Promise<ProviderOutcome>;
  /**
   * Asks for a place among the calls in flight, before the claim. null = go on (and `release` it after);
   * otherwise the time to wait because the channel is full or its circuit is open.
   */
  reserve(circuitKey: string): { release(outcome: ProviderOutcome | null): void } | { waitMs: number };
}

/** Opens and closes secrets at rest. */
export interface SecretBox {
  seal(plain: string): string;
  /** Throws UnreadableSecret. */
  open(sealed: string): string;
}

export interface RenderInput {
  template: { subject: string | null; body: string };
  contact: {
    name: string | null;
    email: string | null;
    phone: string | null;
    locale: string;
    attributes: Record<string, unknown>;
  };
  variables: Record<string, unknown>;
  organization: { name: string };
  step: { number: number; of: number };
}
export interface RenderedText {
  subject: string | null;
  body: string;
}
export interface TextGenerator {
  /** At send: unknown variables render empty (or their `default` filter). Throws AppError invalid_template. */
  render(input: RenderInput): RenderedText;
  /** At preview: unknown variables are an error that names them. */
  renderStrict(input: RenderInput): RenderedText;
  /** Throws AppError invalid_template with the line in the detail. */
  check(template: { subject: string | null; body: string }): void;
}

/** Temporal as the outbox sees it. Throws when Temporal cannot be reached: the outbox row stays. */
export interface EngineClient {
  /** Starts the workflow of an episode; `already` when that id runs or has completed. */
  start(input: ConversationInput): Promise<'started' | 'already'>;
  signal(ref: EpisodeRef, snapshot: Snapshot): Promise<'signalled' | 'not_found'>;
  /** Whether an open workflow exists for each of the ids, in order; confirmed by describe where the list says no. */
  areOpen(refs: EpisodeRef[]): Promise<boolean[]>;
}

/** Moves one workflow's clock; only where TIME_MACHINE is on and the server can. */
export interface TimeMachine {
  /** False when the server has no time skipping. */
  isSupported(): Promise<boolean>;
  /** Skips `byMs` of the episode's workflow; answers how many ms its clock really moved ahead of real time. */
  fastForward(ref: EpisodeRef, byMs: number): Promise<{ skippedMs: number; ended: boolean }>;
}

/** What the send tells the metrics. Names only from closed lists: no ids, no addresses. */
export interface NudgeMetrics {
  settled(channel: ChannelKind, outcome: DeliveryStatus, latenessMs: number): void;
  refused(gate: string): void;
  providerCalled(channel: ChannelKind, outcome: ProviderOutcome['outcome'], tookMs: number): void;
  /** A send waits because the channel's secret does not open under the configured keys. */
  secretUnreadable(channel: ChannelKind): void;
}
