import { defineSignal } from '@temporalio/workflow';
import { CHANGED_SIGNAL, type Snapshot } from '../../contracts/conversation-workflow';

/** A signal, not an update: the API never needs a live worker, and a lost one is repaired from PostgreSQL. */
export const changed = defineSignal<[Snapshot]>(CHANGED_SIGNAL);
