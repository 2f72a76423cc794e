export const STRONGEST_FIRST = [
  'opted_out',
  'handed_off',
  'closed_won',
  'closed_lost',
  'replied',
  'cancelled',
  'ghosted',
] as const;
export type Reason = (typeof STRONGEST_FIRST)[number];

/** What a client asks for. `sentAt` is the date of its word, in epoch ms: the client's to say, so the model knows it. */
export type Action =
  | { kind: 'create' | 'inbound' | 'outbound'; sentAt: number }
  | { kind: 'stop'; reason: Exclude<Reason, 'replied' | 'ghosted'> }
  | { kind: 'read' };

/** A conversation as an answer showed it. */
export interface Seen {
  stage: string;
  episode: number;
  running: boolean;
  reason: Reason | null;
}

export interface Answer {
  effect: string;
  seen: Seen;
}

/** One request of one client, with every repeat under the same key. */
export interface Operation {
  conversation: string;
  client: number;
  action: Action;
  /** Places in the one order in which all requests began and all answers came; `answered` is null when none did. */
  invoked: number;
  answered: number | null;
  /**
   * `ok`: it happened, and this was its answer. `fail`: it did not happen. `info`: nobody knows; it may have happened at
   * any time after its invocation, or will, or never.
   */
  outcome: 'ok' | 'fail' | 'info';
  answer: Answer | null;
  /** Of the message that was stored. */
  messageId: string | null;
  /** For whoever reads the history: epoch ms of both ends, and what was answered. */
  from: number;
  to: number;
  said: string;
}
