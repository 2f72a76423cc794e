import { ApplicationFailure, Context, log } from '@temporalio/activity';
import type { ActInput, Snapshot } from '../contracts/conversation-workflow';
import { inOrganization, type Database } from '../db/client';
import { isDatabaseAway, wasUndone } from '../db/database-error';
import type { ChannelKind } from '../domain/conversation';
import { AppError, RETRYABLE, UnreadableSecret } from '../domain/errors';
import type { Clock } from '../platform/clock';
import { loadChannelSettings } from '../services/channel/load-channel-settings';
import type { EpisodeThread } from '../services/conversation/thread';
import { claimNudge, type ClaimResult } from '../services/nudge/claim-nudge';
import { composeNudge, type ComposedText } from '../services/nudge/compose-nudge';
import { recordOutcome } from '../services/nudge/record-outcome';
import type {
  ChannelPort,
  ChannelSettings,
  NudgeMetrics,
  OutgoingNudge,
  ProviderOutcome,
  SecretBox,
  TextGenerator,
} from '../services/ports';
import type { VerbContext } from '../services/verb-context';
import { recordWithPatience } from './record-with-patience';
import { reservePatiently } from './reserve-patiently';
import { waitUntilDue } from './wait-until-due';

export interface SendNudgeDependencies {
  database: Database;
  clock: Clock;
  texts: TextGenerator;
  secrets: SecretBox;
  channels: Record<ChannelKind, ChannelPort>;
  metrics: NudgeMetrics;
}

/**
 * One step of one episode: decide, generate and claim; send; record. Idempotent by (conversation, episode, step). If it
 * dies in the middle, the next attempt finds the claim: a keyed channel repeats the call with the same key while the
 * gates still agree, an unkeyed one is `unknown` and never called again.
 */
export function makeSendNudge(deps: SendNudgeDependencies) {
  return async function sendNudge(input: ActInput): Promise<Snapshot> {
    try {
      return await attempt(deps, input);
    } catch (error) {
      if (error instanceof UnreadableSecret) throw untilReadable(deps, input, error);
      if (!isPoison(error, Context.current().info.attempt)) throw error;
      log.error('a step is given up after repeated unknown failures', { step: input.step, error });
      return giveUp(deps, input);
    }
  };
}

async function attempt(deps: SendNudgeDependencies, input: ActInput): Promise<Snapshot> {
  const channel = deps.channels[input.channel];
  const beganAtMs = performance.now();
  await waitUntilDue(input, deps.clock);
  const place = await reservePatiently(channel, `${input.organizationId}:${input.channel}`, beganAtMs);
  if ('waitMs' in place) return withoutPlace(deps, input, channel, place.waitMs);

  let outcome: ProviderOutcome | null = null;
  try {
    const { claim, settings } = await verb(deps, input, (ctx) =>
      claimWithSettings(deps, ctx, input, channel),
    );
    if (claim.kind === 'done') return refusal(deps, claim);
    if (!settings) throw notNow('ChannelMissing', 'a claimed call lost its channel', CHANNEL_MISSING_MS);
    outcome = await callProvider(deps, channel, settings, claim.nudge);
    const result = await record(deps, input, outcome, channel.keyed);
    if (result.kind === 'retry') throw notNow('ProviderBusy', result.reason, result.afterMs);
    const latenessMs = deps.clock.now().getTime() - claim.dueAt.getTime();
    deps.metrics.settled(channel.kind, result.status, latenessMs);
    return result.snapshot;
  } finally {
    place.release(outcome);
  }
}

/** What is refused anyway needs no place: a provider that is away holds up no skip, no stop and no ghosting. */
async function withoutPlace(
  deps: SendNudgeDependencies,
  input: ActInput,
  channel: ChannelPort,
  waitMs: number,
): Promise<Snapshot> {
  const refused = await verb(deps, input, async (ctx) => {
    const { claim } = await claimWithSettings(deps, ctx, input, channel);
    // Thrown within the transaction: the claim is rolled back.
    if (claim.kind === 'call')
      throw notNow('ChannelBusy', 'the channel is full or its circuit is open', waitMs);
    return claim;
  });
  return refusal(deps, refused);
}

/**
 * Decide, generate and claim are one transaction; a channel that is not configured fails the step, not the attempt.
 * Secrets are opened for a call only, after the gates: one that does not open rolls the claim back.
 */
async function claimWithSettings(
  deps: SendNudgeDependencies,
  ctx: VerbContext,
  input: ActInput,
  channel: ChannelPort,
) {
  const loaded = await loadChannelSettings(ctx, input.channel);
  const compose = (thread: EpisodeThread): Promise<ComposedText> =>
    loaded
      ? composeNudge(ctx, thread, input.step, deps.texts)
      : Promise.resolve({ ok: false, reason: 'the channel is not configured' });
  const claim = await claimNudge(ctx, input, { compose, keyed: channel.keyed, paced: loaded?.paced });
  const settings = claim.kind === 'call' && loaded ? loaded.open(deps.secrets, ctx.now) : null;
  return { claim, settings };
}

/** Our own configuration is wrong: the step is not to blame, so it waits, for as long as the gates let it. */
function untilReadable(
  { metrics }: SendNudgeDependencies,
  { channel, step }: ActInput,
  { cause }: UnreadableSecret,
): ApplicationFailure {
  log.error('a send waits: check ENCRYPTION_KEY', { channel, step, error: cause });
  metrics.secretUnreadable(channel);
  return notNow('SecretUnreadable', 'a secret of the channel cannot be opened', SECRET_UNREADABLE_MS);
}

/** A step that keeps failing for no known reason must not hold its conversation for ever: the ladder goes on. */
async function giveUp(deps: SendNudgeDependencies, input: ActInput): Promise<Snapshot> {
  const compose = () => Promise.resolve({ ok: false as const, reason: 'internal error' });
  const claim = await verb(deps, input, (ctx) => claimNudge(ctx, input, { compose, keyed: false }));
  if (claim.kind === 'done') return claim.snapshot;
  const unanswered = { outcome: 'unanswered' as const, reason: 'internal error' };
  const result = await record(deps, input, unanswered, false);
  if (result.kind === 'retry') throw notNow('ProviderBusy', result.reason, result.afterMs);
  return result.snapshot;
}

async function callProvider(
  deps: SendNudgeDependencies,
  channel: ChannelPort,
  settings: ChannelSettings,
  nudge: OutgoingNudge,
): Promise<ProviderOutcome> {
  const begunMs = performance.now();
  const outcome = await channel.send(settings, nudge, Context.current().cancellationSignal);
  deps.metrics.providerCalled(channel.kind, outcome.outcome, performance.now() - begunMs);
  return outcome;
}

function record(deps: SendNudgeDependencies, input: ActInput, outcome: ProviderOutcome, keyed: boolean) {
  return recordWithPatience(() => verb(deps, input, (ctx) => recordOutcome(ctx, input, outcome, keyed)));
}

function refusal(
  { metrics }: SendNudgeDependencies,
  claim: Extract<ClaimResult, { kind: 'done' }>,
): Snapshot {
  if (claim.refusedBy) metrics.refused(claim.refusedBy);
  return claim.snapshot;
}

/** A transaction of the workflow's own. */
function verb<T>(
  { database, clock }: SendNudgeDependencies,
  { organizationId }: ActInput,
  work: (ctx: VerbContext) => Promise<T>,
): Promise<T> {
  return inOrganization(database, organizationId, (tx) =>
    work({ tx, organizationId, now: clock.now(), touched: [], byWorkflow: true }),
  );
}

const CHANNEL_MISSING_MS = 30_000;
const SECRET_UNREADABLE_MS = 30_000;

function notNow(type: string, message: string, afterMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: false,
    nextRetryDelay: Math.ceil(afterMs),
    // Nothing of ours went wrong: no warning for each wait.
    category: 'BENIGN',
  });
}

/** Attempts after which an error that is neither the database's nor the provider's counts as the step's own fault. */
const POISON_AFTER_ATTEMPTS = 10;

function isPoison(error: unknown, attempt: number): boolean {
  if (error instanceof ApplicationFailure || isDatabaseAway(error) || wasUndone(error)) return false;
  if (error instanceof AppError && RETRYABLE[error.code]) return false;
  return attempt >= POISON_AFTER_ATTEMPTS;
}
