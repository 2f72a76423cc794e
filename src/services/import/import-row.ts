import type { AppError } from '../../domain/errors';
import type { CreateConversationInput } from '../conversation/create-conversation';

/** A row that could be read: the body of `POST /v1/conversations`, with an external id. */
export interface ImportRow {
  line: number;
  input: CreateConversationInput & { externalId: string };
}

/** What an accepted row leads to. */
export const EFFECTS = ['waiting', 'ghosted', 'engaged', 'optedOut'] as const;
export type Effect = (typeof EFFECTS)[number];

export type RowOutcome =
  | { line: number; result: 'accepted'; effect: Effect }
  | { line: number; result: 'existing' }
  | { line: number; result: 'rejected'; externalId: string | null; error: AppError };

export function effectOf(stage: string): Effect {
  if (stage === 'ghosted') return 'ghosted';
  if (stage === 'opted_out') return 'optedOut';
  return stage === 'engaged' ? 'engaged' : 'waiting';
}
