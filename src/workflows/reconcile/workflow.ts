import { proxyActivities } from '@temporalio/workflow';
import type {
  ReconcileActivities,
  ReconcileCursor,
  ReconcileReport,
} from '../../contracts/reconcile-workflow';
import { REPAIR_OPTIONS } from '../activity-options';

const { reconcilePage, purgeExpired } = proxyActivities<ReconcileActivities>(REPAIR_OPTIONS);

/** Pages are large, so a run stays far below the history limit: a million episodes are two thousand pages. */
const MOST_PAGES = 2_000;

/**
 * Compares PostgreSQL with Temporal, page by page, and repairs by outbox rows only; then purges what is past its
 * retention. Started by its Schedule every 15 minutes, never twice at once, or by hand.
 */
export async function reconcile(): Promise<ReconcileReport> {
  let examined = 0;
  let repaired = 0;
  let after: ReconcileCursor | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const result: Awaited<ReturnType<typeof reconcilePage>> = await reconcilePage({ after });
    examined += result.examined;
    repaired += result.repaired;
    after = result.next;
    if (!after) break;
  }
  return { examined, repaired, ...(await purgeExpired({})) };
}
