import type { Client, WorkflowHandle } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import { createActivities, type Activities } from '../../src/activities';
import { createTransactions, type RunTransaction } from '../../src/api/transactions';
import { conversationWorkflowId, type EpisodeRef } from '../../src/contracts/conversation-workflow';
import { openDatabase, type Database, type DatabaseRole } from '../../src/db/client';
import { createTextGenerator } from '../../src/generation/liquid';
import { systemClock } from '../../src/platform/clock';
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
import { deliverEpisode } from '../../src/services/outbox/deliver-episode';
import { startRelay } from '../../src/services/outbox/relay';
import { createStartPace } from '../../src/services/outbox/start-pace';
import type { ChannelPort, EngineClient, NudgeMetrics, SecretBox } from '../../src/services/ports';
import {
  fastForward,
  fastForwardToNext,
  type FastForwardTools,
} from '../../src/services/time-machine/fast-forward';
import { openTemporal } from '../../src/temporal/connection';
import { createEngineClient } from '../../src/temporal/engine-client';
import { createTimeMachine } from '../../src/temporal/time-machine';
import { createTestDatabase } from './database';
import { testEnvironment } from './environment';
import { runTestWorker } from './run-test-worker';
import { scriptedChannel } from './scripted-channel';
import { seedOrganization, type SeedOptions } from './seed-organization';
import { waitFor } from './wait-for';

const SKIPPING_LEAD_MS = 50;
const openSecrets: SecretBox = { seal: (plain) => plain, open: (sealed) => sealed };
/** Twelve connections serve whole proofs here, on a machine that may do much else: waiting is no failure. */
const PATIENT_MS = 30_000;

const noMetrics: NudgeMetrics = {
  settled: () => undefined,
  refused: () => undefined,
  providerCalled: () => undefined,
  secretUnreadable: () => undefined,
};

export interface WorldOptions {
  /** Replaces single activities, e.g. to hold one. */
  wrapActivities?(activities: Activities): Activities;
  wrapEngine?(engine: EngineClient): EngineClient;
  withWorker?: boolean;
  /** Workflow starts per second of the relay; 1,000 by default. */
  startsPerSecond?: number;
  /** How long before it is due a nudge is asked for; short, since a test that skips time waits it out. */
  nudgeLeadMs?: number;
  /** A Temporal of the test's own; else the one that all tests share. */
  temporalAddress?: string;
}

/** Database, organization, worker and relay of one test file: real servers, a task queue of its own. */
export async function createEngineWorld(options: WorldOptions = {}) {
  const databases = await openDatabases();
  const { database, system } = databases;
  const address = options.temporalAddress ?? testEnvironment('TEST_TEMPORAL_ADDRESS');
  const settings = { address, namespace: 'default', tls: false };
  const temporal = openTemporal(settings);
  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  const plainEngine = createEngineClient(temporal.client, {
    taskQueue,
    nudgeLeadMs: options.nudgeLeadMs ?? SKIPPING_LEAD_MS,
  });
  const engine = options.wrapEngine?.(plainEngine) ?? plainEngine;
  const channels = { webhook: scriptedChannel('webhook'), email: scriptedChannel('email') };
  const plainActivities = testActivities(database, system, engine, channels);
  const activities = options.wrapActivities?.(plainActivities) ?? plainActivities;
  const errors: unknown[] = [];
  const pace = createStartPace(options.startsPerSecond ?? 1_000, () => Date.now());
  const onError = (error: unknown) => void errors.push(error);
  const relay = startRelay({ database, system, engine, pace, onError, onPressure: () => undefined });
  const runWorker = () => runTestWorker(settings, taskQueue, activities);
  const stopWorker = options.withWorker === false ? async () => undefined : await runWorker();
  const verb = createTransactions({
    database,
    clock: systemClock,
    afterCommit: (touched) => relay.deliverSoon(touched),
  });
  const timeMachine = createTimeMachine(temporal.client);
  const conversations = conversationVerbs(verb);
  const travel = timeTravel(verb, {
    timeMachine,
    deliver: async (ref) => void (await deliverEpisode({ database, engine, mayStart: () => true }, ref)),
  });
  return {
    databaseUrl: databases.url,
    ...{ database, system, engine, timeMachine, taskQueue, activities, relay, errors, verb, runWorker },
    ...channels,
    client: temporal.client,
    seed: (seed?: SeedOptions) => seedOrganization(database, seed),
    ...conversations,
    ...travel,
    ...workflowsOf(temporal.client, conversations.started),
    async close() {
      await stopWorker();
      await relay.close();
      await temporal.close();
      await databases.close();
    },
  };
}

async function openDatabases() {
  const testDatabase = await createTestDatabase();
  const open = (role: DatabaseRole): Database =>
    openDatabase({
      url: testDatabase.url,
      role,
      maxConnections: 12,
      connectTimeoutMs: PATIENT_MS,
      applicationName: 'test',
      onIdleError: () => undefined,
    });
  const [database, system] = [open('followthrough_app'), open('followthrough_system')];
  const close = async () => {
    await database.close();
    await system.close();
    await testDatabase.drop();
  };
  return { url: testDatabase.url, database, system, close };
}

function testActivities(
  database: Database,
  system: Database,
  engine: EngineClient,
  channels: Record<'webhook' | 'email', ChannelPort>,
): Activities {
  const texts = createTextGenerator();
  const ports = { clock: systemClock, texts, secrets: openSecrets, channels, metrics: noMetrics };
  return createActivities({ database, system, engine, ...ports, settleMs: 0 });
}

const refOf = ({ episode }: Pick<EpisodeThread, 'episode'>): EpisodeRef => ({
  organizationId: episode.organizationId,
  conversationId: episode.conversationId,
  episode: episode.number,
});

function workflowsOf(client: Client, started: (thread: EpisodeThread) => Promise<unknown>) {
  const handle = (thread: Pick<EpisodeThread, 'episode'>): WorkflowHandle =>
    client.workflow.getHandle(conversationWorkflowId(refOf(thread)));
  return {
    ref: refOf,
    handle,
    /** What the episode's workflow ends with, once it has been started. */
    async result(thread: EpisodeThread): Promise<unknown> {
      await started(thread);
      return handle(thread).result();
    },
  };
}

function conversationVerbs(verb: RunTransaction) {
  async function read({ conversation }: Pick<Thread, 'conversation'>): Promise<EpisodeThread> {
    const { organizationId, id } = conversation;
    return withEpisode(await verb(organizationId, (ctx) => readThread(ctx, id)));
  }
  return {
    read,
    async create(
      organizationId: string,
      input: Partial<CreateConversationInput> = {},
    ): Promise<EpisodeThread> {
      const contact = { externalId: randomBytes(8).toString('hex'), name: 'Ada', email: 'ada@example.com' };
      const { thread } = await verb(organizationId, (ctx) => createConversation(ctx, { contact, ...input }));
      return withEpisode(thread);
    },
    say: ({ conversation }: Pick<Thread, 'conversation'>, input: Partial<MessageInput> = {}) =>
      verb(conversation.organizationId, (ctx) =>
        recordMessage(ctx, conversation.id, { direction: 'inbound', text: 'Yes, please.', ...input }),
      ),
    /** Waits until the episode's workflow runs. */
    started: (thread: EpisodeThread) =>
      waitFor('the workflow to be started', async () => (await read(thread)).episode.deliveredRevision > 0),
  };
}

/** The conversation's time, moved by the same code as `POST /v1/time-machine/fast-forward`. */
function timeTravel(verb: RunTransaction, parts: Pick<FastForwardTools, 'timeMachine' | 'deliver'>) {
  const tools = ({ conversation }: Pick<Thread, 'conversation'>): FastForwardTools => ({
    ...parts,
    transact: (work) => verb(conversation.organizationId, work),
  });
  return {
    /** On by `byMs`; what falls due on the way happens, each at its own time. */
    async skip(thread: Thread, byMs: number): Promise<EpisodeThread> {
      return withEpisode((await fastForward(tools(thread), thread.conversation.id, byMs)).thread);
    },
    /** To what comes next, which then has happened. */
    async toNext(thread: Thread): Promise<EpisodeThread> {
      return withEpisode((await fastForwardToNext(tools(thread), thread.conversation.id)).thread);
    },
  };
}

function withEpisode(thread: Thread): EpisodeThread {
  if (!hasEpisode(thread)) throw new Error('the conversation has no episode yet');
  return thread;
}

export type EngineWorld = Awaited<ReturnType<typeof createEngineWorld>>;
