import { proxyActivities, sleep } from '@temporalio/workflow';

export interface BareActivities {
  deliver(id: string): Promise<void>;
}

const { deliver } = proxyActivities<BareActivities>({ startToCloseTimeout: '20 seconds' });

/** The least a nudge can be on Temporal: one timer, one trivial activity. */
export async function bare(id: string, dueAt: number): Promise<void> {
  await sleep(Math.max(1, dueAt - Date.now()));
  await deliver(id);
}
