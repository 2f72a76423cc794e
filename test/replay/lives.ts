import { organizations } from '../../src/db/schema';
import { DEFAULT_LADDER } from '../../src/domain/default-texts';
import { WEEKDAYS } from '../../src/domain/organization';
import { pauseConversation } from '../../src/services/conversation/pause-conversation';
import { resumeConversation } from '../../src/services/conversation/resume-conversation';
import { sendNow } from '../../src/services/conversation/send-now';
import { skipStep } from '../../src/services/conversation/skip-step';
import { stopConversation } from '../../src/services/conversation/stop-conversation';
import type { EpisodeThread } from '../../src/services/conversation/thread';
import type { VerbContext } from '../../src/services/verb-context';
import type { EngineWorld } from '../support/engine-world';

const HOUR_MS = 3_600_000;

type Live = (world: EngineWorld) => Promise<EpisodeThread>;

const begin: Live = async (world) => world.create(await world.seed());

const change = <T>(
  world: EngineWorld,
  { conversation }: EpisodeThread,
  verb: (ctx: VerbContext, id: string) => Promise<T>,
): Promise<T> => world.verb(conversation.organizationId, (ctx) => verb(ctx, conversation.id));

async function repliedAfter(
  world: EngineWorld,
  nudges: number,
  text = 'Yes, please.',
): Promise<EpisodeThread> {
  const thread = await begin(world);
  await world.started(thread);
  for (let n = 0; n < nudges; n += 1) await world.toNext(thread);
  await world.say(thread, { text });
  return thread;
}

/** What a clock in UTC shows then. */
const clockIn = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);

/** A life of seven seconds in real time: long enough to be continued where a history of 24 events counts as long. */
export async function continued(world: EngineWorld): Promise<EpisodeThread> {
  const steps = DEFAULT_LADDER.steps.map((step, i) => ({ ...step, delayMs: (i + 1) * 2_000 }));
  return world.create(await world.seed({ ladder: { steps, ghostAfterMs: 1_000 } }));
}

/** Lives whose histories are kept: one for every way in which the workflow's code can be walked. */
export const LIVES: Record<string, Live> = {
  async ghosted(world) {
    const thread = await begin(world);
    await world.skip(thread, 40 * HOUR_MS);
    return thread;
  },
  'replied-in-the-first-wait': (world) => repliedAfter(world, 0),
  'replied-after-one-nudge': (world) => repliedAfter(world, 1),
  'replied-after-two-nudges': (world) => repliedAfter(world, 2),
  'replied-before-ghosting': (world) => repliedAfter(world, 3),
  'opted-out': (world) => repliedAfter(world, 1, 'STOP'),
  async 'handed-off'(world) {
    const thread = await begin(world);
    await world.toNext(thread);
    await change(world, thread, (ctx, id) => stopConversation(ctx, id, { reason: 'handed_off' }));
    return thread;
  },
  async 'paused-and-resumed'(world) {
    const thread = await begin(world);
    await world.started(thread);
    await change(world, thread, pauseConversation);
    await world.skip(thread, HOUR_MS);
    await change(world, thread, resumeConversation);
    await world.skip(thread, 40 * HOUR_MS);
    return thread;
  },
  async 'pause-that-ends-by-itself'(world) {
    const thread = await begin(world);
    await world.started(thread);
    await change(world, thread, (ctx, id) => pauseConversation(ctx, id, new Date(Date.now() + HOUR_MS)));
    await world.skip(thread, 42 * HOUR_MS);
    return thread;
  },
  async 're-anchored'(world) {
    const thread = await begin(world);
    await world.toNext(thread);
    await world.say(thread, { direction: 'outbound', text: 'One more thing.' });
    await world.skip(thread, 40 * HOUR_MS);
    return thread;
  },
  async 'skipped-and-sent-now'(world) {
    const thread = await begin(world);
    await world.started(thread);
    await change(world, thread, skipStep);
    await change(world, thread, sendNow);
    await world.skip(thread, 40 * HOUR_MS);
    return thread;
  },
  async 'deferred-by-window'(world) {
    const thread = await begin(world);
    await world.started(thread);
    const sendWindow = { days: [...WEEKDAYS], from: clockIn(2 * HOUR_MS), to: clockIn(3 * HOUR_MS) };
    await change(world, thread, ({ tx }) => tx.update(organizations).set({ sendWindow }));
    await world.skip(thread, 120 * HOUR_MS);
    return thread;
  },
  async 'late-start'(world) {
    const sentAt = new Date(Date.now() - 5 * HOUR_MS);
    const lastMessage = { direction: 'outbound' as const, text: null, sentAt };
    const thread = await world.create(await world.seed(), { lastMessage });
    await world.skip(thread, 40 * HOUR_MS);
    return thread;
  },
  async 'organization-paused'(world) {
    const thread = await begin(world);
    await world.started(thread);
    const setPaused = (paused: boolean) =>
      change(world, thread, ({ tx }) => tx.update(organizations).set({ paused }));
    await setPaused(true);
    await world.skip(thread, HOUR_MS);
    await setPaused(false);
    await world.skip(thread, 60 * HOUR_MS);
    return thread;
  },
};
