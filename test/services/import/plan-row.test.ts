import { and, eq, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import {
  contacts,
  conversations,
  decisions,
  episodes,
  messages,
  outbox,
  stageChanges,
} from '../../../src/db/schema';
import { LANES } from '../../../src/services/conversation/change-thread';
import {
  createConversation,
  type CreateConversationInput,
} from '../../../src/services/conversation/create-conversation';
import { importBatch } from '../../../src/services/import/import-batch';
import { createVerbWorld, DAY_MS, HOUR_MS, MINUTE_MS, type VerbWorld } from '../../support/verb-world';

let world: VerbWorld;
beforeAll(async () => {
  world = await createVerbWorld();
});
afterAll(() => world.close());

type Row = CreateConversationInput & { externalId: string };

/** Everything that was written, without what differs by chance: ids, and the database's own times. */
async function everything(organizationId: string) {
  const tables: Record<string, PgTable> = {
    contacts,
    conversations,
    decisions,
    episodes,
    messages,
    outbox,
    stageChanges,
  };
  return world.verb(organizationId, async ({ tx }) => {
    const written: Record<string, unknown[]> = {};
    for (const [name, table] of Object.entries(tables)) {
      const rows = await tx
        .select()
        .from(table)
        .where(and(sql`organization_id = ${organizationId}`));
      written[name] = rows.map((row) => withoutChance(name === 'outbox' ? { ...row, createdAt: null } : row));
    }
    return written;
  });
}

function withoutChance(row: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(row).filter(
    ([name]) => !['id', 'availableAt', 'organizationId'].includes(name),
  );
  return Object.fromEntries(
    known.map(([name, value]) => [name, /Id$/.test(name) && name !== 'externalId' ? typeof value : value]),
  );
}

const windowed = {
  days: ['mon' as const, 'tue' as const],
  from: '09:00',
  to: '10:00',
};

describe('rows written together', () => {
  const contact = { externalId: 'c-1', name: 'Ada', email: 'ada@example.com', attributes: { plan: 'pro' } };
  const ago = (ms: number) => new Date(world.clock.now().getTime() - ms);
  const outbound = (agoMs: number) => ({ direction: 'outbound' as const, text: 'Hello', sentAt: ago(agoMs) });

  test.each<[string, () => Partial<Row>, Record<string, unknown>?]>([
    [
      'a fresh word of ours',
      () => ({ lastMessage: { ...outbound(MINUTE_MS), externalId: 'm-1', author: 'bot' } }),
    ],
    ['our word without more', () => ({ lastMessage: undefined })],
    ['steps that are too late already', () => ({ lastMessage: outbound(5 * HOUR_MS) })],
    ['a silence older than the ladder', () => ({ lastMessage: outbound(5 * DAY_MS) })],
    [
      'an inbound word',
      () => ({ lastMessage: { direction: 'inbound', text: 'Yes?', sentAt: ago(HOUR_MS) } }),
    ],
    ['no word at all', () => ({ lastMessage: null })],
    [
      'variables and another zone',
      () => ({
        variables: { product: 'boiler' },
        contact: { ...contact, timeZone: 'Asia/Tokyo', locale: 'ja' },
      }),
    ],
    ['a send window', () => ({ lastMessage: outbound(MINUTE_MS) }), { sendWindow: windowed }],
    ['e-mail', () => ({ channel: 'email', contact: { email: 'x@example.com' } })],
    ['a phone alone', () => ({ contact: { phone: '+441234567', name: null } })],
  ])('%s: are the rows that createConversation writes', async (_name, more, organization = {}) => {
    const [one, many] = [await world.seed({ organization }), await world.seed({ organization })];
    const row: Row = { externalId: 'x-1', contact, ...more() };
    await world.verb(one, (ctx) => createConversation(ctx, row, LANES.bulk));
    const [outcome] = await world.verb(many, (ctx) => importBatch(ctx, [{ line: 2, input: row }]));
    expect(outcome).toMatchObject({ result: 'accepted' });
    expect(await everything(many)).toEqual(await everything(one));
  });

  test.each<[string, () => Partial<Row>]>([
    ['our word', () => ({ lastMessage: outbound(MINUTE_MS) })],
    [
      'an inbound word',
      () => ({ lastMessage: { direction: 'inbound', text: 'Yes?', sentAt: ago(HOUR_MS) } }),
    ],
  ])('for an opted-out contact that is known already, %s: the same rows as well', async (_name, more) => {
    const row: Row = { externalId: 'x-1', contact: { ...contact, name: 'Ada L.' }, ...more() };
    const written = [];
    for (const together of [false, true]) {
      const organizationId = await world.seed();
      await world.verb(organizationId, (ctx) => createConversation(ctx, { externalId: 'x-0', contact }));
      await world.verb(organizationId, ({ tx }) =>
        tx
          .update(contacts)
          .set({ optOuts: ['webhook'] })
          .where(eq(contacts.organizationId, organizationId)),
      );
      await world.verb<unknown>(organizationId, (ctx) =>
        together ? importBatch(ctx, [{ line: 2, input: row }]) : createConversation(ctx, row, LANES.bulk),
      );
      written.push(await everything(organizationId));
    }
    expect(written[1]).toEqual(written[0]);
  });
});
