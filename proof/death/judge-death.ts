import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for';
import { audit, complaints, type Expectation } from '../judging/audit';
import type { ProofResult } from '../proof';
import { readDeliveries } from '../stack/database-hold';
import type { Stack } from '../stack/start-stack';
import type { ProofTenant, Started } from '../stack/tenant';

interface Death {
  stack: Stack;
  /** Epoch ms of the last kill. */
  killedAt: number;
  conversations: readonly Started[];
  tenants: readonly ProofTenant[];
  /** Mails that were under way at a kill; null: any mail may have been. */
  mayBeUnknown: readonly Started[] | null;
  limitMs?: number;
}

const SETTLED = ['sent', 'unknown'];
const DRAIN_LIMIT_MS = 60_000;
/** A repeat that should not be would come within this. */
const QUIET_MS = 2_000;

/** Waits until everything is settled, then judges: nothing lost, nothing twice, every uncertain mail `unknown`. */
export async function judgeDeath(
  death: Death,
): Promise<{ result: ProofResult; recoveryMs: number; unknown: number }> {
  const { stack, killedAt, conversations, tenants, limitMs = DRAIN_LIMIT_MS } = death;
  const statuses = async () => {
    const perTenant = tenants.map(({ organizationId }) => readDeliveries(stack.databaseUrl, organizationId));
    const rows = (await Promise.all(perTenant)).flat();
    return new Map(rows.map(({ conversationId, status }) => [conversationId, status]));
  };
  const allSettled = async () => {
    const known = await statuses();
    return conversations.every(({ id }) => SETTLED.includes(known.get(id) ?? ''));
  };
  // What never settles is for the audit to name.
  await waitFor('everything to be settled', allSettled, limitMs).catch(() => undefined);
  const recoveryMs = Date.now() - killedAt;
  await pause(QUIET_MS);
  const known = await statuses();
  const isUnknown = ({ id }: Started) => known.get(id) === 'unknown';
  const expected = conversations.map((one) => expectationOf(one, isUnknown(one)));
  const found = audit(expected, await stack.judge.records());
  const unsure = conversations.filter(isUnknown);
  return {
    recoveryMs,
    unknown: unsure.length,
    result: { figures: {}, failures: [...complaints(found), ...wronglyUnknown(unsure, death.mayBeUnknown)] },
  };
}

/** A mail whose fate nobody can know is not lost when it is called `unknown`; on a keyed channel nothing is unknown. */
function expectationOf({ id, email, channel, dueAt }: Started, unknown: boolean): Expectation {
  const keyed = channel === 'webhook';
  return {
    ...{ conversationId: id, to: keyed ? null : email, keyed, dueAt, stoppedAt: null, inFlight: [] },
    arrival: unknown && !keyed ? 'may' : 'must',
  };
}

function wronglyUnknown(unsure: readonly Started[], allowed: readonly Started[] | null): string[] {
  const wrong = unsure.filter(
    (one) => one.channel === 'webhook' || (allowed !== null && !allowed.includes(one)),
  );
  return wrong.map(({ id, channel }) => `${id} (${channel}) is unknown without need`);
}
