import { eq } from 'drizzle-orm';
import { importRow } from '../../../src/contracts/http/import';
import { validate } from '../../../src/api/validate';
import { contacts, conversations, episodes, outbox } from '../../../src/db/schema';
import { optOutContact } from '../../../src/services/contact/opt-out-contact';
import { importConversations } from '../../../src/services/import/import-conversations';
import type { SourceRow } from '../../../src/services/import/read-ndjson';
import type { Transact } from '../../../src/services/transact';
import { gate, untilBlocked } from '../../support/blocked-statements';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

type Value = Record<string, unknown>;

const sentAt = () => new Date(world.clock.now().getTime() - 60_000).toISOString();
const row = (n: number, more: Value = {}): Value => ({
  externalId: `x-${n}`,
  contact: { externalId: `c-${n}` },
  lastMessage: { direction: 'outbound', text: 'Hello', sentAt: sentAt() },
  ...more,
});

async function* source(values: Value[]): AsyncGenerator<SourceRow> {
  for (const [index, value] of values.entries()) {
    yield await Promise.resolve(
      'fault' in value ? { line: index + 2, fault: String(value.fault) } : { line: index + 2, value },
    );
  }
}

const run = (
  organizationId: string,
  values: Value[],
  dryRun = false,
  transact: Transact = (work) => world.verb(organizationId, work),
) =>
  importConversations({
    rows: source(values),
    readBody: (value) => validate(importRow, value),
    transact,
    dryRun,
  });

async function stored(organizationId: string) {
  return world.verb(organizationId, async ({ tx }) => ({
    conversations: await tx
      .select()
      .from(conversations)
      .where(eq(conversations.organizationId, organizationId)),
    contacts: await tx.select().from(contacts).where(eq(contacts.organizationId, organizationId)),
    episodes: await tx.select().from(episodes).where(eq(episodes.organizationId, organizationId)),
    outbox: await tx.select().from(outbox).where(eq(outbox.organizationId, organizationId)),
  }));
}

const many = (count: number) => Array.from({ length: count }, (_, n) => row(n));

describe('importConversations', () => {
  test('counts what it did, tells what it leads to, and one bad row harms no other', async () => {
    const organizationId = await world.seed();
    const known = await world.open(organizationId, { contact: { externalId: 'c-out' } });
    await world.verb(organizationId, (ctx) => optOutContact(ctx, known.contact.id, 'all'));
    const summary = await run(organizationId, [
      row(1),
      row(2, { contact: {} }),
      row(3, { sequence: 'nowhere' }),
      row(4, { contact: { externalId: 'c-out' } }),
      row(5, { lastMessage: { direction: 'outbound', text: 'Old', sentAt: '2026-01-01T00:00:00Z' } }),
      row(6, { lastMessage: { direction: 'inbound', text: 'Yes?', sentAt: sentAt() } }),
      row(7, { lastMessage: undefined }),
      { fault: 'is not well-formed JSON' },
      row(8, { contact: { externalId: 'c-8', timeZone: 'Mars/Base' } }),
      row(9, { lastMessage: { direction: 'inbound', text: 'STOP', sentAt: sentAt() } }),
      row(10, { lastMessage: { direction: 'outbound', text: 'x', sentAt: '2030-01-01T00:00:00Z' } }),
      row(1),
    ]);
    expect(summary).toEqual({
      dryRun: false,
      rows: 12,
      accepted: 6,
      existing: 1,
      rejected: 5,
      effects: { waiting: 1, ghosted: 1, engaged: 2, optedOut: 2 },
      rejections: [
        { line: 3, externalId: 'x-2', path: 'contact', reason: expect.stringContaining('needs a phone') },
        { line: 4, externalId: 'x-3', path: 'sequence', reason: expect.stringContaining('nowhere') },
        { line: 9, externalId: null, path: null, reason: 'The row is not well-formed JSON.' },
        { line: 10, externalId: 'x-8', path: 'contact.timeZone', reason: expect.stringContaining('IANA') },
        {
          line: 12,
          externalId: 'x-10',
          path: 'lastMessage.sentAt',
          reason: expect.stringContaining('future'),
        },
      ],
    });
    const { conversations: made } = await stored(organizationId);
    expect(made).toHaveLength(7);
  });

  test('the same file twice, and twice at once, creates nothing twice', async () => {
    const organizationId = await world.seed();
    const file = many(250);
    const backwards = [...file].reverse();
    const summaries = await Promise.all([
      run(organizationId, file),
      run(organizationId, backwards),
      run(organizationId, file),
    ]);
    expect(summaries.map(({ accepted, existing }) => accepted + existing)).toEqual([250, 250, 250]);
    expect(summaries.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(250);
    expect(await run(organizationId, file)).toMatchObject({ accepted: 0, existing: 250, rejected: 0 });
    const all = await stored(organizationId);
    expect(Object.values(all).map((rows) => rows.length)).toEqual([250, 250, 250, 250]);
  });

  test('the same file while the first is committing: the second waits, and finds every row there', async () => {
    const organizationId = await world.seed();
    const file = many(20);
    const door = gate();
    const first = run(organizationId, file, false, (work) =>
      world.verb(organizationId, async (ctx) => {
        const result = await work(ctx);
        await door.pass();
        return result;
      }),
    );
    await door.reached;
    const second = run(organizationId, file);
    await untilBlocked(world.database);
    door.open();
    expect(await first).toMatchObject({ accepted: 20, existing: 0, rejected: 0 });
    expect(await second).toMatchObject({ accepted: 0, existing: 20, rejected: 0 });
    const all = await stored(organizationId);
    expect(Object.values(all).map((rows) => rows.length)).toEqual([20, 20, 20, 20]);
  });

  test('the same contacts in different orders at once do not block each other for good', async () => {
    const organizationId = await world.seed();
    const about = (prefix: string, numbers: number[]) =>
      numbers.map((n) => row(n, { externalId: `${prefix}-${n}`, contact: { email: `p${n}@example.com` } }));
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const shuffled = [...numbers].sort((one, other) => ((one * 17) % 40) - ((other * 17) % 40));
    const summaries = await Promise.all([
      run(organizationId, about('a', numbers)),
      run(organizationId, about('b', [...numbers].reverse())),
      run(organizationId, about('c', shuffled)),
    ]);
    expect(summaries.map(({ accepted }) => accepted)).toEqual([40, 40, 40]);
    const all = await stored(organizationId);
    expect(all.contacts).toHaveLength(40);
    expect(all.conversations).toHaveLength(120);
  });

  test('rows about one contact keep the order of the file, also across e-mail and phone', async () => {
    const organizationId = await world.seed();
    await run(organizationId, [
      row(1, { contact: { email: 'Ada@example.com', name: 'Ada' } }),
      row(2, { contact: { email: 'ada@example.com', phone: '+441234567', name: 'Ada L.' } }),
      row(3, { contact: { phone: '+441234567', name: 'Ada Lovelace' } }),
    ]);
    const { contacts: people, conversations: threads } = await stored(organizationId);
    expect(people).toMatchObject([{ email: 'ada@example.com', phone: '+441234567', name: 'Ada Lovelace' }]);
    expect(threads).toHaveLength(3);
  });

  test('a dry run answers the same and writes nothing', async () => {
    const organizationId = await world.seed();
    const file = [...many(150), row(3), row(140), row(200, { contact: {} }), row(201, { lastMessage: null })];
    const dry = await run(organizationId, file, true);
    expect(Object.values(await stored(organizationId)).map((rows) => rows.length)).toEqual([0, 0, 0, 0]);
    const real = await run(organizationId, file);
    expect(dry).toEqual({ ...real, dryRun: true });
    expect(real).toMatchObject({ rows: 154, accepted: 151, existing: 2, rejected: 1 });
  });

  test('bulk starts go to the relay’s own lane; nothing is delivered by the import itself', async () => {
    const organizationId = await world.seed();
    world.touched.splice(0);
    await run(organizationId, [
      row(1),
      row(2, { contact: { email: 'p@example.com' } }),
      row(3, { contact: { email: 'p@example.com' } }),
    ]);
    const { outbox: waiting } = await stored(organizationId);
    expect(waiting.map(({ lane }) => lane)).toEqual([2, 2, 2]);
    expect(world.touched).toEqual([]);
  });

  test('a contact that the row says more about is brought up to date, one that a rejected row names is not', async () => {
    const organizationId = await world.seed();
    await world.open(organizationId, {
      contact: { externalId: 'c-1', name: 'Ada', email: 'ada@example.com' },
    });
    await world.open(organizationId, { contact: { externalId: 'c-2', name: 'Bob' } });
    await run(organizationId, [
      row(1, { contact: { externalId: 'c-1', name: 'Ada Lovelace' } }),
      row(2, { contact: { externalId: 'c-2', name: 'Robert' }, channel: 'email' }),
    ]);
    const { contacts: people } = await stored(organizationId);
    expect(people.map(({ externalId, name, email }) => [externalId, name, email]).sort()).toEqual([
      ['c-1', 'Ada Lovelace', 'ada@example.com'],
      ['c-2', 'Bob', null],
    ]);
  });

  test('more than 100,000 rows are refused, and only the first 1,000 rejections are told', async () => {
    const organizationId = await world.seed();
    async function* endless(): AsyncGenerator<SourceRow> {
      for (let line = 1; ; line += 1) yield await Promise.resolve({ line, fault: 'is broken' });
    }
    const options = { readBody: () => neverRead(), transact: neverRead, dryRun: false };
    await expect(importConversations({ ...options, rows: endless() })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    const faults = Array.from({ length: 1_500 }, () => ({ fault: 'is broken' }));
    const summary = await run(organizationId, faults);
    expect(summary.rejected).toBe(1_500);
    expect(summary.rejections).toHaveLength(1_000);
    expect(summary.rejections.at(-1)?.line).toBe(1_001);
  });
});

function neverRead(): never {
  throw new Error('nothing here can be read');
}
