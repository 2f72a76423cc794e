import type { SendWindow } from './business';
import type { Arrival } from './inbox';

/** Everything the demo saw, from both sides: what was sent in, what the engine says, what the receivers got. */
export interface DemoFacts {
  organization: string;
  conversations: ConversationFacts[];
  /** The receivers' own record. E-mails name no conversation: theirs is found by the address in the file. */
  arrivals: Arrival[];
  rejected: RejectedRow[];
}

export interface ConversationFacts {
  externalId: string;
  name: string;
  timeZone: string;
  locale: string;
  channel: 'webhook' | 'email';
  sequence: string;
  address: string;
  isOldSilence: boolean;
  /** Asked us before the import not to write. */
  isOptedOutBefore: boolean;
  window: SendWindow;
  /** What the contact was told to do; null = stay silent. */
  script: { afterNudges: number; text: string } | null;
  reply: ReplyFacts | null;
  /** As the timeline of the API says. */
  deliveries: DeliveryFacts[];
  stage: string;
  /** Of the episode; null without one. */
  state: 'waiting' | 'paused' | 'ended' | null;
  stopReason: string | null;
  endedAt: string | null;
}

export interface ReplyFacts {
  text: string;
  /** In the conversation's own time. */
  at: string;
  effect: string;
  /** Real time at which the API's answer was in our hands. */
  acknowledgedAtMs: number;
  /** Deliveries which that answer named as claimed already. */
  inFlight: string[];
}

export interface DeliveryFacts {
  id: string;
  step: number;
  status: string;
  /** Begin of the send, in the conversation's own time. */
  at: string;
  /** It waited for its send window. */
  isHeld: boolean;
  text: string;
}

export interface RejectedRow {
  line: number;
  reason: string;
  externalId: string;
  /** Something of it is in the database: conversation or contact. */
  isStored: boolean;
}
