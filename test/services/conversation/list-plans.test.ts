import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { z } from 'zod';
import {
  listConversations,
  type ConversationFilters,
} from '../../../src/services/conversation/list-conversations';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

const MANY = 5_000;
let world: VerbWorld;
let organizationId: string;
beforeAll(async () => {
  world = await createVerbWorld();
  organizationId = await world.seed();
  await fill(organizationId);
  await fill(await world.seed());
});
afterAll(() => world.close());

/** One of a hundred conversations in another stage and on another sequence. */
async function fill(id: string): Promise<void> {
  const owner = new Client({ connectionString: world.url });
  await owner.connect();
  try {
    await owner.query(`set role followthrough_app; set app.organization_id = '${id}'`);
    await owner.query(
      `insert into contacts (organization_id, id, external_id, created_at, updated_at)
       select $1, gen_random_uuid(), 'c' || n, now(), now() from generate_series(1, ${MANY}) n`,
      [id],
    );
    await owner.query(
      `insert into conversations
         (organization_id, id, external_id, contact_id, channel, sequence_name, stage, created_at, updated_at)
       select organization_id, gen_random_uuid(), 'x' || external_id, id, 'webhook',
         case when external_id like '%77' then 'rare' else 'default' end,
         case when external_id like '%77' then 'won' else 'new' end, now(), now()
       from contacts where organization_id = $1`,
      [id],
    );
    await owner.query('reset role; analyze');
  } finally {
    await owner.end();
  }
}

/** The plan of the statement that the list really asks. */
async function planOf(filters: ConversationFilters): Promise<string> {
  return world.verb(organizationId, async (ctx) => {
    const asked = jest.spyOn(Client.prototype, 'query');
    await listConversations(ctx, filters, { limit: 50, afterId: undefined });
    const call: unknown[] = asked.mock.calls.at(-1) ?? [];
    asked.mockRestore();
    const { text } = z.object({ text: z.string() }).parse(call[0]);
    const values = z.array(z.unknown()).parse(call[1]);
    const literal = text.replace(/\$(\d+)/g, (_, n: string) => `'${String(values[Number(n) - 1])}'`);
    const { rows } = await ctx.tx.execute<Record<string, string>>(sql.raw(`explain ${literal}`));
    return rows.map((line) => Object.values(line).join('')).join('\n');
  });
}

test.each<[string, ConversationFilters]>([
  ['no filter', {}],
  ['stage', { stage: 'won' }],
  ['sequence', { sequence: 'rare' }],
  ['sequence that nobody has', { sequence: 'none' }],
  ['contactId', { contactId: '01890000-0000-7000-8000-000000000000' }],
  ['externalId', { externalId: 'xc12' }],
])('a page of conversations by %s does not read all there are', async (_name, filters) => {
  expect(await planOf(filters)).not.toMatch(/Seq Scan on conversations/);
});
