import { eq } from 'drizzle-orm';
import { contacts, conversations, episodes, messages, outbox, stageChanges } from '../../../src/db/schema';
import type { AppError } from '../../../src/domain/errors';
import { optOutContact } from '../../../src/services/contact/opt-out-contact';
import { LANES } from '../../../src/services/conversation/change-thread';
import { createConversation } from '../../../src/services/conversation/create-conversation';
import {
  createVerbWorld,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  person,
  type VerbWorld,
} from '../../support/verb-world';

let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
});
beforeEach(async () => {
  organizationId = await world.seed();
});
afterAll(() => world.close());

const ago = (ms: number) => new Date(world.clock.now().getTime() - ms);
const count = (
  table: typeof conversations | typeof contacts | typeof messages | typeof episodes | typeof outbox,
) => world.verb(organizationId, ({ tx }) => tx.$count(table));

test('without a last message our word went out just now: episode 1 waits for step 1', async () => {
  const thread = await world.create(organizationId);
  const now = world.clock.now();
  expect(thread.conversation).toMatchObject({
    stage: 'new',
    stopReason: null,
    episode: 1,
    channel: 'webhook',
  });
  expect(thread.episode).toMatchObject({
    state: 'waiting',
    anchorAt: now,
    nextKind: 'nudge',
    nextStep: 1,
    nextDueAt: new Date(now.getTime() + 10 * MINUTE_MS),
    revision: thread.conversation.fence,
    deliveredRevision: 0,
  });
  expect(await count(messages)).toBe(1);
});

test('the outbox row, the stage and the news for the workflow come with the conversation', async () => {
  const thread = await world.create(organizationId);
  const rows = await world.verb(organizationId, async ({ tx }) => ({
    outbox: await tx.select().from(outbox),
    stages: await tx.select().from(stageChanges),
  }));
  const ref = { organizationId, conversationId: thread.conversation.id, episode: 1 };
  expect(rows.outbox).toEqual([
    expect.objectContaining({ ...ref, revision: thread.episode.revision, lane: LANES.start }),
  ]);
  expect(rows.stages).toEqual([expect.objectContaining({ fromStage: null, toStage: 'new' })]);
  expect(world.touched).toContainEqual(expect.objectContaining({ ref }));
});

test('a bulk start waits in its own lane and is told to nobody in the request', async () => {
  const { thread } = await world.verb(organizationId, (ctx) =>
    createConversation(ctx, { contact: person() }, LANES.bulk),
  );
  const [row] = await world.verb(organizationId, ({ tx }) => tx.select().from(outbox));
  expect(row?.lane).toBe(LANES.bulk);
  expect(world.touched.some(({ ref }) => ref.conversationId === thread.conversation.id)).toBe(false);
});

test('a known externalId answers the stored conversation and changes nothing', async () => {
  const first = await world.open(organizationId, { externalId: 'crm-1', variables: { product: 'boiler' } });
  const again = await world.verb(organizationId, (ctx) =>
    createConversation(ctx, {
      externalId: 'crm-1',
      contact: { email: 'other@example.com' },
      sequence: 'nonsense',
    }),
  );
  expect(again.created).toBe(false);
  expect(again.thread.conversation).toEqual(first.conversation);
  expect([await count(conversations), await count(contacts), await count(outbox)]).toEqual([1, 1, 1]);
});

test('50 creates at once with one externalId make one conversation, one contact and one episode', async () => {
  const contact = person();
  const results = await Promise.all(
    Array.from({ length: 50 }, () =>
      world.verb(organizationId, (ctx) => createConversation(ctx, { externalId: 'crm-50', contact })),
    ),
  );
  expect(results.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(results.map(({ thread }) => thread.conversation.id)).size).toBe(1);
  expect([
    await count(conversations),
    await count(contacts),
    await count(episodes),
    await count(outbox),
  ]).toEqual([1, 1, 1, 1]);
});

test('50 creates at once for one new contact make 50 conversations of one contact', async () => {
  const contact = { email: 'grace@example.com' };
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      world.verb(organizationId, (ctx) => createConversation(ctx, { externalId: `crm-${i}`, contact })),
    ),
  );
  expect([await count(conversations), await count(contacts)]).toEqual([50, 1]);
});

describe('a contact is found', () => {
  const known = { email: 'Ada@Example.com', phone: '+442079460000' };
  test.each([
    ['by its e-mail, whatever its case', known, { email: 'ada@example.COM' }, 1],
    ['by its phone', known, { phone: '+442079460000' }, 1],
    [
      'by its externalId, whatever its address',
      { externalId: 'c-1', ...known },
      { externalId: 'c-1', email: 'x@example.com' },
      1,
    ],
    ['and takes an externalId it did not have', known, { externalId: 'c-2', email: 'ada@example.com' }, 1],
    [
      'never by an address of a contact with an externalId',
      { externalId: 'c-3', ...known },
      { email: 'ada@example.com' },
      2,
    ],
    [
      'never by another externalId',
      { externalId: 'c-4', ...known },
      { externalId: 'c-5', email: 'ada@example.com' },
      2,
    ],
  ])('%s', async (_, first, second, contactsInAll) => {
    const before = await world.open(organizationId, { contact: { name: 'Ada', ...first } });
    const after = await world.open(organizationId, { contact: second });
    expect(await count(contacts)).toBe(contactsInAll);
    expect(after.contact.id === before.contact.id).toBe(contactsInAll === 1);
    if (contactsInAll === 1) expect(after.contact).toMatchObject({ name: 'Ada', ...second });
  });

  test('an address that belongs to another contact is a conflict that names the field', async () => {
    await world.open(organizationId, { contact: { email: 'a@example.com' } });
    await world.open(organizationId, { contact: { phone: '+4930123456' } });
    const clash = world.open(organizationId, { contact: { email: 'a@example.com', phone: '+4930123456' } });
    await expect(clash).rejects.toMatchObject({ code: 'conflict', errors: [{ path: 'contact.phone' }] });
  });
});

test.each<[string, Parameters<VerbWorld['open']>[1], Partial<AppError>]>([
  ['a channel that is not configured', { channel: 'email' }, { code: 'channel_not_configured' }],
  ['an unknown sequence', { sequence: 'nonsense' }, { code: 'unknown_sequence' }],
  ['a contact without any address', { contact: { name: 'Nobody' } }, { code: 'validation_failed' }],
])('%s is refused and leaves nothing behind', async (_, input, error) => {
  await world.verb(organizationId, ({ tx }) => tx.execute("delete from channels where kind = 'email'"));
  await expect(world.open(organizationId, input)).rejects.toMatchObject(error);
  expect([await count(conversations), await count(contacts)]).toEqual([0, 0]);
});

test('e-mail needs an e-mail address', async () => {
  const wanting = world.open(organizationId, { channel: 'email', contact: { phone: '+4930123456' } });
  await expect(wanting).rejects.toMatchObject({ errors: [{ path: 'contact.email' }] });
});

test.each([
  ['more than five minutes ahead', -(5 * MINUTE_MS + 1)],
  ['more than ten years back', 3_661 * DAY_MS],
])('a last message dated %s is refused', async (_, ageMs) => {
  const lastMessage = { direction: 'outbound' as const, text: null, sentAt: ago(ageMs) };
  await expect(world.open(organizationId, { lastMessage })).rejects.toMatchObject({
    errors: [{ path: 'lastMessage.sentAt' }],
  });
});

describe('a first word', () => {
  test('of the contact arms nothing: the conversation is engaged and waits for ours', async () => {
    const sentAt = ago(HOUR_MS);
    const thread = await world.open(organizationId, {
      lastMessage: { direction: 'inbound', text: 'Hi', sentAt },
    });
    expect(thread.conversation).toMatchObject({ stage: 'engaged', episode: 0 });
    expect(thread.episode).toBeNull();
    expect((await world.readAny(thread)).conversation.lastInboundAt).toEqual(sentAt);
    expect(await count(outbox)).toBe(0);
  });

  test('of nobody (an import without lastMessage) arms nothing and stores no message', async () => {
    const thread = await world.open(organizationId, { lastMessage: null });
    expect(thread.conversation).toMatchObject({ stage: 'engaged', episode: 0 });
    expect(await count(messages)).toBe(0);
  });

  test('of the contact that is an opt-out word opts the contact out', async () => {
    const thread = await world.open(organizationId, { lastMessage: { direction: 'inbound', text: 'Stop!' } });
    expect(thread.contact.optOuts).toEqual(['all']);
    expect(thread.conversation).toMatchObject({ stage: 'opted_out', stopReason: 'opted_out', episode: 0 });
    const next = await world.say(thread, { direction: 'outbound', text: 'Still there?' });
    expect(next.effect).toBe('none');
  });
});

describe('an old silence', () => {
  const outbound = (ageMs: number) => ({
    lastMessage: { direction: 'outbound' as const, text: 'Hi', sentAt: ago(ageMs) },
  });

  test.each([
    ['half an hour old: step 1 is late but within its limit', 40 * MINUTE_MS, 1, [], 10 * MINUTE_MS],
    ['two hours old: step 1 is skipped', 2 * HOUR_MS, 2, [1], 3 * HOUR_MS],
    [
      'ten hours old: all steps are skipped, ghosting comes at its time',
      10 * HOUR_MS,
      4,
      [1, 2, 3],
      30 * HOUR_MS,
    ],
  ])('%s', async (_, ageMs, step, skipped, dueAfterMs) => {
    const thread = await world.create(organizationId, outbound(ageMs));
    expect(thread.episode).toMatchObject({
      state: 'waiting',
      nextStep: step,
      nextDueAt: new Date(ago(ageMs).getTime() + dueAfterMs),
    });
    const decisions = await world.verb(organizationId, ({ tx }) =>
      tx.execute<{ step: number; verdict: string }>('select step, verdict from decisions order by step'),
    );
    expect(decisions.rows).toEqual(skipped.map((number) => ({ step: number, verdict: 'skip' })));
  });

  test.each([
    ['as old as the whole ladder', 30 * HOUR_MS],
    ['of last year', 365 * DAY_MS],
  ])('%s is ghosted at once and needs no workflow', async (_, ageMs) => {
    const thread = await world.create(organizationId, outbound(ageMs));
    expect(thread.conversation).toMatchObject({ stage: 'ghosted', stopReason: 'ghosted' });
    expect(thread.episode).toMatchObject({ state: 'ended', stopReason: 'ghosted', nextKind: null });
    expect(await count(outbox)).toBe(0);
  });

  test('a minute younger than the whole ladder is not yet ghosted', async () => {
    const thread = await world.create(organizationId, outbound(30 * HOUR_MS - MINUTE_MS));
    expect(thread.episode).toMatchObject({ state: 'waiting', nextKind: 'ghost' });
  });
});

test.each([
  [['all'] as const, 'opted_out'],
  [['webhook'] as const, 'opted_out'],
  [['email'] as const, 'new'],
])('a contact who opted out of %j: stage %s on the channel webhook', async ([scope], stage) => {
  const contact = person();
  const first = await world.open(organizationId, { contact });
  await world.verb(organizationId, (ctx) => optOutContact(ctx, first.contact.id, scope));
  const thread = await world.open(organizationId, { contact });
  expect(thread.conversation.stage).toBe(stage);
  expect(thread.conversation.episode).toBe(stage === 'new' ? 1 : 0);
});

test('a first message is stored with its own id, time and author', async () => {
  const sentAt = ago(MINUTE_MS);
  const thread = await world.create(organizationId, {
    lastMessage: { direction: 'outbound', text: 'Your quote.', sentAt, externalId: 'm-1', author: 'bot' },
  });
  const [row] = await world.verb(organizationId, ({ tx }) =>
    tx.select().from(messages).where(eq(messages.conversationId, thread.conversation.id)),
  );
  expect(row).toMatchObject({ text: 'Your quote.', sentAt, externalId: 'm-1', author: 'bot', episode: 1 });
  expect(thread.episode.anchorAt).toEqual(sentAt);
});
