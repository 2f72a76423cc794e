import { decisions } from '../../../src/db/schema';
import { endPause } from '../../../src/services/conversation/end-pause';
import { ghostConversation } from '../../../src/services/conversation/ghost-conversation';
import { pauseConversation } from '../../../src/services/conversation/pause-conversation';
import { resumeConversation } from '../../../src/services/conversation/resume-conversation';
import { sendNow } from '../../../src/services/conversation/send-now';
import { skipStep } from '../../../src/services/conversation/skip-step';
import type { Thread } from '../../../src/services/conversation/thread';
import { BUSY, createVerbWorld, DAY_MS, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  world.clock.set('2026-11-20T09:00:00Z');
  organizationId = await world.seed();
});
afterAll(() => world.close());

const inMs = (ms: number) => new Date(world.clock.now().getTime() + ms);
const pause = (thread: Thread, until?: Date) =>
  world.verb(organizationId, (ctx) => pauseConversation(ctx, thread.conversation.id, until));
const resume = (thread: Thread) =>
  world.verb(organizationId, (ctx) => resumeConversation(ctx, thread.conversation.id));
const skip = (thread: Thread) => world.verb(organizationId, (ctx) => skipStep(ctx, thread.conversation.id));
const now = (thread: Thread) => world.verb(organizationId, (ctx) => sendNow(ctx, thread.conversation.id));
const COMMANDS = { pause, resume, 'skip-step': skip, 'send-now': now };
const conflict = { code: 'conflict' };

describe('pause and resume', () => {
  test('keep the time that was left, however long the pause', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(4 * MINUTE_MS);
    await pause(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      state: 'paused',
      remainingMs: 6 * MINUTE_MS,
      nextDueAt: null,
      nextStep: 1,
      pausedUntil: inMs(30 * DAY_MS),
    });
    world.clock.advance(3 * DAY_MS);
    await resume(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      state: 'waiting',
      nextStep: 1,
      nextDueAt: inMs(6 * MINUTE_MS),
      remainingMs: null,
      pausedUntil: null,
    });
  });

  test('a resume after the due time sends nothing at once: what was left is still left', async () => {
    const thread = await world.create(organizationId);
    const before = await world.askWhenDue(thread);
    world.clock.advance(-MINUTE_MS);
    await pause(thread);
    world.clock.advance(5 * HOUR_MS);
    await resume(thread);
    expect(await world.claim(before)).toMatchObject({ kind: 'done', refusedBy: 'episode' });
    expect((await world.read(thread)).episode.nextDueAt).toEqual(inMs(MINUTE_MS));
    await world.send(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      nextStep: 2,
      nextDueAt: inMs(170 * MINUTE_MS),
    });
  });

  test('a pause of what is already due leaves nothing to wait for', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(11 * MINUTE_MS);
    await pause(thread);
    world.clock.advance(HOUR_MS);
    await resume(thread);
    expect((await world.read(thread)).episode.nextDueAt).toEqual(world.clock.now());
  });

  test('a second pause only moves its end', async () => {
    const thread = await world.create(organizationId);
    await pause(thread);
    world.clock.advance(DAY_MS);
    await pause(thread, inMs(2 * DAY_MS));
    expect((await world.read(thread)).episode).toMatchObject({
      remainingMs: 10 * MINUTE_MS,
      pausedUntil: inMs(2 * DAY_MS),
    });
  });

  test('a resume of what waits changes nothing', async () => {
    const thread = await world.create(organizationId);
    await resume(thread);
    expect((await world.read(thread)).conversation.fence).toBe(thread.conversation.fence);
  });

  test.each([
    ['in the past', -1],
    ['this instant', 0],
    ['in more than a year', 366 * DAY_MS + 1],
  ])('an end %s is refused', async (_, ms) => {
    const thread = await world.create(organizationId);
    await expect(pause(thread, inMs(ms))).rejects.toMatchObject({ errors: [{ path: 'until' }] });
  });

  test('a resume at night waits for the window to open', async () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    const sendWindow = { days: [...days], from: '08:00', to: '20:00' };
    const withWindow = await world.seed({ organization: { sendWindow } });
    const thread = await world.create(withWindow);
    await world.verb(withWindow, (ctx) => pauseConversation(ctx, thread.conversation.id));
    world.clock.set('2026-11-20T23:00:00Z');
    await world.verb(withWindow, (ctx) => resumeConversation(ctx, thread.conversation.id));
    expect((await world.read(thread)).episode).toMatchObject({
      nextDueAt: new Date('2026-11-21T08:00:00Z'),
      deferredBy: 'send_window',
    });
  });

  test('the wait before ghosting is held and resumed like a step', async () => {
    const thread = await world.create(organizationId);
    for (let step = 1; step <= 3; step += 1) await world.send(thread);
    world.clock.advance(20 * HOUR_MS);
    await pause(thread);
    world.clock.advance(10 * DAY_MS);
    await resume(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      nextKind: 'ghost',
      nextDueAt: inMs(4 * HOUR_MS),
    });
  });
});

describe('the end of a pause', () => {
  const end = async (thread: Thread) => {
    const input = await world.ask(thread);
    return world.act(input, (ctx) => endPause(ctx, { ...input, dueAt: world.clock.now().toISOString() }));
  };

  test('resumes the episode by itself, and once', async () => {
    const thread = await world.create(organizationId);
    await pause(thread, inMs(2 * HOUR_MS));
    const input = await world.ask(thread);
    world.clock.advance(2 * HOUR_MS);
    const act = () => world.act(input, (ctx) => endPause(ctx, input));
    const snapshot = await act();
    expect(snapshot).toMatchObject({ state: 'waiting', next: { kind: 'nudge', step: 1 } });
    expect(await act()).toEqual(snapshot);
    expect((await world.read(thread)).episode).toMatchObject({ nextDueAt: inMs(10 * MINUTE_MS) });
  });

  test('before its time changes nothing', async () => {
    const thread = await world.create(organizationId);
    await pause(thread, inMs(2 * HOUR_MS));
    world.clock.advance(HOUR_MS);
    expect(await end(thread)).toMatchObject({ state: 'paused', next: { kind: 'resume' } });
  });

  test('of a pause that was prolonged meanwhile changes nothing', async () => {
    const thread = await world.create(organizationId);
    await pause(thread, inMs(HOUR_MS));
    const input = await world.ask(thread);
    await pause(thread, inMs(DAY_MS));
    world.clock.advance(HOUR_MS);
    const snapshot = await world.act(input, (ctx) => endPause(ctx, input));
    expect(snapshot).toMatchObject({ state: 'paused', next: { dueAt: inMs(23 * HOUR_MS).toISOString() } });
  });
});

describe('skip-step', () => {
  test('takes the next step, which counts at its planned time', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(MINUTE_MS);
    await skip(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      nextStep: 2,
      lastStepAt: inMs(9 * MINUTE_MS),
      nextDueAt: inMs(179 * MINUTE_MS),
    });
    const stored = await world.verb(organizationId, ({ tx }) => tx.select().from(decisions));
    expect(stored).toMatchObject([{ step: 1, verdict: 'skip', gates: [{ input: { by: 'operator' } }] }]);
  });

  test('of the last step leaves ghosting', async () => {
    const thread = await world.create(organizationId);
    for (let step = 1; step <= 3; step += 1) await skip(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      nextKind: 'ghost',
      nextDueAt: inMs(30 * HOUR_MS),
    });
    await expect(skip(thread)).rejects.toMatchObject(conflict);
  });

  test('twice at once skips two steps, never one twice', async () => {
    const thread = await world.create(organizationId);
    await Promise.all([skip(thread), skip(thread)]);
    expect((await world.read(thread)).episode.nextStep).toBe(3);
  });
});

describe('send-now', () => {
  test('makes the step due now, and those after it count from there', async () => {
    const thread = await world.create(organizationId);
    world.clock.advance(MINUTE_MS);
    await now(thread);
    expect((await world.read(thread)).episode.nextDueAt).toEqual(world.clock.now());
    await world.send(thread);
    expect((await world.read(thread)).episode).toMatchObject({
      nextStep: 2,
      nextDueAt: inMs(170 * MINUTE_MS),
    });
  });

  test('opens no gate', async () => {
    const thread = await world.create(organizationId);
    await world.verb(organizationId, ({ tx }) => tx.execute('update organizations set paused = true'));
    await now(thread);
    const claim = await world.claim(await world.ask(thread));
    expect(claim).toMatchObject({ kind: 'done', refusedBy: 'paused' });
    expect((await world.read(thread)).episode.deferredBy).toBe('organization_paused');
  });
});

describe('a command is a conflict', () => {
  test.each(Object.entries(COMMANDS))('%s without an episode', async (_, command) => {
    const thread = await world.open(organizationId, { lastMessage: null });
    await expect(command(thread)).rejects.toMatchObject(conflict);
  });

  test.each(Object.entries(COMMANDS))('%s after the episode has ended', async (_, command) => {
    const thread = await world.create(organizationId);
    await world.say(thread, {});
    await expect(command(thread)).rejects.toMatchObject(conflict);
  });

  test.each([
    ['skip-step', skip],
    ['send-now', now],
  ])('%s while it is paused, claimed, sent or without a step left', async (_, command) => {
    const paused = await world.create(organizationId);
    await pause(paused);
    await expect(command(paused)).rejects.toMatchObject(conflict);

    const claimed = await world.create(organizationId);
    const input = await world.askWhenDue(claimed);
    await world.claim(input);
    await expect(command(claimed)).rejects.toMatchObject(conflict);
    await world.record(input, BUSY);
    await expect(command(claimed)).rejects.toMatchObject(conflict);

    const silent = await world.create(organizationId);
    for (let step = 1; step <= 3; step += 1) await world.send(silent);
    await expect(command(silent)).rejects.toMatchObject(conflict);
  });
});

describe('ghosting', () => {
  const ghost = async (thread: Thread) => {
    const input = await world.askWhenDue(thread);
    return { input, snapshot: await world.act(input, (ctx) => ghostConversation(ctx, input)) };
  };
  const silent = async () => {
    const thread = await world.create(organizationId);
    for (let step = 1; step <= 3; step += 1) await world.send(thread);
    return thread;
  };

  test('ends the episode after the last wait, and once', async () => {
    const thread = await silent();
    const { input, snapshot } = await ghost(thread);
    expect(snapshot).toMatchObject({ state: 'ended', stopReason: 'ghosted', next: null });
    expect(await world.act(input, (ctx) => ghostConversation(ctx, input))).toEqual(snapshot);
    const { conversation, episode } = await world.read(thread);
    expect(conversation).toMatchObject({ stage: 'ghosted', stopReason: 'ghosted' });
    expect(episode.deliveredRevision).toBe(episode.revision);
  });

  test('is refused when the fence has risen', async () => {
    const thread = await silent();
    const input = await world.askWhenDue(thread);
    await world.say(thread, {});
    const snapshot = await world.act(input, (ctx) => ghostConversation(ctx, input));
    expect(snapshot).toMatchObject({ state: 'ended', stopReason: 'replied' });
    expect((await world.read(thread)).conversation.stage).toBe('engaged');
  });

  test('waits while the organization is paused, and looks again six hours later', async () => {
    const thread = await silent();
    await world.verb(organizationId, ({ tx }) => tx.execute('update organizations set paused = true'));
    const { snapshot } = await ghost(thread);
    expect(snapshot).toMatchObject({
      state: 'waiting',
      next: { kind: 'ghost', dueAt: inMs(6 * HOUR_MS).toISOString() },
    });
    await world.verb(organizationId, ({ tx }) => tx.execute('update organizations set paused = false'));
    expect((await ghost(thread)).snapshot.stopReason).toBe('ghosted');
  });
});
