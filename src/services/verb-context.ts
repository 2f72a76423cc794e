import type { ConversationInput, EpisodeRef } from '../contracts/conversation-workflow';
import type { Tx } from '../db/client';

/** An episode whose workflow must hear of a transaction. */
export interface Touched {
  ref: EpisodeRef;
  /** Of an episode that the transaction opened and changed no more: what its workflow starts with. Else it is read. */
  start?: ConversationInput;
  /** Its workflow may start a little later. */
  patient?: boolean;
}

/** What every verb works in: one transaction of one organization. */
export interface VerbContext {
  tx: Tx;
  organizationId: string;
  /** Real time, read when the transaction began. */
  now: Date;
  /** Episodes whose workflow must hear of this transaction; told after the commit, else by the relay. */
  touched: Touched[];
  /** Set in the workflow's own acts: their result brings it the news, so nothing is put into the outbox. */
  byWorkflow?: true;
}
