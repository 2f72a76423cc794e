import type { EpisodeRef } from '../contracts/conversation-workflow';
import type { Tx } from '../db/client';

/** What every verb works in: one transaction of one organization. */
export interface VerbContext {
  tx: Tx;
  organizationId: string;
  /** Real time, read when the transaction began. */
  now: Date;
  /** Episodes whose workflow must hear of this transaction; told after the commit, else by the relay. */
  touched: EpisodeRef[];
  /** Set in the workflow's own acts: their result brings it the news, so nothing is put into the outbox. */
  byWorkflow?: true;
}
