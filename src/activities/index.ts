import type { ActInput, ConversationActivities, Snapshot } from '../contracts/conversation-workflow';
import type { ReconcileActivities } from '../contracts/reconcile-workflow';
import { inOrganization, type Database } from '../db/client';
import { endPause } from '../services/conversation/end-pause';
import { ghostConversation } from '../services/conversation/ghost-conversation';
import type { EngineClient } from '../services/ports';
import { purgeExpired } from '../services/reconcile/purge-expired';
import { reconcilePage, SETTLE_MS } from '../services/reconcile/reconcile-page';
import type { VerbContext } from '../services/verb-context';
import { makeSendNudge, type SendNudgeDependencies } from './send-nudge';

export interface ActivityDependencies extends SendNudgeDependencies {
  system: Database;
  engine: EngineClient;
  /** How long an episode must be untouched before the reconciler looks at it. */
  settleMs?: number;
}

export type Activities = ConversationActivities & ReconcileActivities;

/** All activities of the worker. Each is safe to run again: it acts only while the fence it was asked with stands. */
export function createActivities(deps: ActivityDependencies): Activities {
  const act = (verb: (ctx: VerbContext, input: ActInput) => Promise<Snapshot>) => (input: ActInput) =>
    inOrganization(deps.database, input.organizationId, (tx) =>
      verb(
        { tx, organizationId: input.organizationId, now: deps.clock.now(), touched: [], byWorkflow: true },
        input,
      ),
    );
  const reconcile = {
    system: deps.system,
    engine: deps.engine,
    now: () => deps.clock.now(),
    settleMs: deps.settleMs ?? SETTLE_MS,
  };
  return {
    sendNudge: makeSendNudge(deps),
    ghostConversation: act(ghostConversation),
    resumeConversation: act(endPause),
    reconcilePage: ({ after }) => reconcilePage(reconcile, after),
    purgeExpired: () => purgeExpired(deps.system, deps.clock.now()),
  };
}
