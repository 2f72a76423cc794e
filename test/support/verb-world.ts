import { randomBytes } from 'node:crypto';
import { createTransactions, type RunTransaction } from '../../src/api/transactions';
import type { ActInput } from '../../src/contracts/conversation-workflow';
import { inOrganization, openDatabase, type Database, type DatabaseRole } from '../../src/db/client';
import {
  createConversation,
  type CreateConversationInput,
} from '../../src/services/conversation/create-conversation';
import { recordMessage, type MessageInput } from '../../src/services/conversation/record-message';
import {
  hasEpisode,
  readThread,
  type EpisodeThread,
  type Thread,
} from '../../src/services/conversation/thread';
import { claimNudge, type ClaimResult } from '../../src/services/nudge/claim-nudge';
import type { ComposedText } from '../../src/services/nudge/compose-nudge';
import { recordOutcome } from '../../src/services/nudge/record-outcome';
import type { ProviderOutcome } from '../../src/services/ports';
import type { Touched, VerbContext } from '../../src/services/verb-context';
import { createTestDatabase } from './database';
import { seedOrganization, type SeedOptions } from './seed-organization';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const ACCEPTED: Extract<ProviderOutcome, { outcome: 'accepted' }> = {
  outcome: 'accepted',
  providerId: 'provider-1',
};
export const BUSY: ProviderOutcome = { outcome: 'busy', reason: 'HTTP 503', retryAfterMs: null };
export const REFUSED: ProviderOutcome = { outcome: 'refused', reason: 'HTTP 404' };
export const UNANSWERED: ProviderOutcome = { outcome: 'unanswered', reason: 'timed out' };

const WORDS: ComposedText = { ok: true, subject: null, body: 'Are you still there?', templateId: null };

/** A clock that stands until the test moves it. */
function settableClock(start = new Date('2026-11-20T09:00:00Z')) {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance: (byMs: number) => void (nowMs += byMs),
    set: (at: string | Date) => void (nowMs = new Date(at).getTime()),
  };
}

/** A database of the test file's own, and the verbs on it at whatever time the test says. No Temporal. */
export async function createVerbWorld() {
  const testDatabase = await createTestDatabase();
  const open = (role: DatabaseRole, maxConnections: number): Database =>
    openDatabase({
      url: testDatabase.url,
      role,
      maxConnections,
      applicationName: 'test',
      onIdleError: () => undefined,
    });
  const database = open('followthrough_app', 12);
  const system = open('followthrough_system', 4);
  const clock = settableClock();
  const touched: Touched[] = [];
  const verb = createTransactions({ database, clock, afterCommit: (told) => void touched.push(...told) });
  const conversations = conversationVerbs(verb);
  const asks = workflowAsks(clock, conversations.read);
  const acts = workflowActs(database, clock);
  return {
    url: testDatabase.url,
    database,
    system,
    clock,
    touched,
    verb,
    /** A verb that is not run again when the database undoes it: a deadlock fails the test. */
    once: <T>(organizationId: string, work: (ctx: VerbContext) => Promise<T>): Promise<T> =>
      inOrganization(database, organizationId, (tx) =>
        work({ tx, organizationId, now: clock.now(), touched: [] }),
      ),
    seed: (options?: SeedOptions) => seedOrganization(database, options),
    ...conversations,
    ...asks,
    ...acts,
    /** Claims the next step at its due time and has the provider accept it. */
    async send(thread: Pick<Thread, 'conversation'>, keyed = true) {
      const input = await asks.askWhenDue(thread);
      const claim = await acts.claim(input, keyed);
      if (claim.kind !== 'call') throw new Error(`nothing to send: refused by ${claim.refusedBy}`);
      await acts.record(input, { ...ACCEPTED, providerId: `p-${claim.nudge.deliveryId}` }, keyed);
      return claim.nudge;
    },
    async close() {
      await database.close();
      await system.close();
      await testDatabase.drop();
    },
  };
}

function conversationVerbs(verb: RunTransaction) {
  const open = async (
    organizationId: string,
    input: Partial<CreateConversationInput> = {},
  ): Promise<Thread> => {
    const { thread } = await verb(organizationId, (ctx) =>
      createConversation(ctx, { contact: person(), ...input }),
    );
    return thread;
  };
  const readAny = ({ conversation: { organizationId, id } }: Pick<Thread, 'conversation'>): Promise<Thread> =>
    verb(organizationId, (ctx) => readThread(ctx, id));
  return {
    /** A conversation in whatever state its input brings about. */
    open,
    readAny,
    /** A conversation whose first episode waits (or has ended already). */
    create: async (
      organizationId: string,
      input?: Partial<CreateConversationInput>,
    ): Promise<EpisodeThread> => withEpisode(await open(organizationId, input)),
    read: async (thread: Pick<Thread, 'conversation'>): Promise<EpisodeThread> =>
      withEpisode(await readAny(thread)),
    say: (thread: Pick<Thread, 'conversation'>, input: Partial<MessageInput>) =>
      verb(thread.conversation.organizationId, (ctx) =>
        recordMessage(ctx, thread.conversation.id, { direction: 'inbound', text: 'Yes, please.', ...input }),
      ),
  };
}

function workflowAsks(
  clock: SettableClock,
  read: (thread: Pick<Thread, 'conversation'>) => Promise<EpisodeThread>,
) {
  /** What the workflow asks when it acts on the snapshot that stands now. */
  const ask = async (thread: Pick<Thread, 'conversation'>): Promise<ActInput> => {
    const { conversation, episode } = await read(thread);
    return {
      organizationId: conversation.organizationId,
      conversationId: conversation.id,
      episode: episode.number,
      channel: conversation.channel,
      revision: conversation.fence,
      step: episode.nextStep ?? 0,
      now: clock.now().toISOString(),
      dueAt: (episode.nextDueAt ?? clock.now()).toISOString(),
    };
  };
  return {
    ask,
    /** Moves the clock to the next due time and answers what the workflow asks then. */
    async askWhenDue(thread: Pick<Thread, 'conversation'>): Promise<ActInput> {
      const { episode } = await read(thread);
      if (episode.nextDueAt && episode.nextDueAt > clock.now()) clock.set(episode.nextDueAt);
      return ask(thread);
    },
  };
}

function workflowActs(database: Database, clock: SettableClock) {
  /** A transaction of the workflow's own. */
  const act = <T>(
    { organizationId }: Pick<ActInput, 'organizationId'>,
    work: (ctx: VerbContext) => Promise<T>,
  ): Promise<T> =>
    inOrganization(database, organizationId, (tx) =>
      work({ tx, organizationId, now: clock.now(), touched: [], byWorkflow: true }),
    );
  return {
    act,
    claim: (input: ActInput, keyed = true, text: ComposedText = WORDS): Promise<ClaimResult> =>
      act(input, (ctx) => claimNudge(ctx, input, { compose: () => Promise.resolve(text), keyed })),
    record: (input: ActInput, outcome: ProviderOutcome, keyed = true) =>
      act(input, (ctx) => recordOutcome(ctx, input, outcome, keyed)),
  };
}

type SettableClock = ReturnType<typeof settableClock>;
export type VerbWorld = Awaited<ReturnType<typeof createVerbWorld>>;

export const person = () => ({
  externalId: randomBytes(8).toString('hex'),
  name: 'Ada',
  email: 'ada@example.com',
});

function withEpisode(thread: Thread): EpisodeThread {
  if (!hasEpisode(thread)) throw new Error('the conversation has no episode yet');
  return thread;
}
