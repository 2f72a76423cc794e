import { asSystem, inOrganization } from '../../../src/db/client';
import { createVerbWorld, type VerbWorld } from '../../support/verb-world';

const TABLES = [
  'organizations',
  'api_keys',
  'contacts',
  'channels',
  'sequences',
  'templates',
  'conversations',
  'episodes',
  'messages',
  'nudges',
  'deliveries',
  'decisions',
  'stage_changes',
  'outbox',
  'idempotency_keys',
];
/** What the system role may read, for relay, reconciler, purge and key look-up. */
const SYSTEM_READS = ['organizations', 'api_keys', 'episodes', 'outbox', 'idempotency_keys', 'deliveries'];

let world: VerbWorld;
let own: string;
let other: string;
beforeAll(async () => {
  world = await createVerbWorld();
  [own, other] = [await world.seed(), await world.seed()];
  for (const id of [own, other]) {
    const thread = await world.create(id);
    await world.send(thread);
    await world.say(thread, {});
    await world.create(id);
    await world.verb(id, async ({ tx, organizationId }) => {
      await tx.execute(
        `insert into idempotency_keys values ('${organizationId}', 'k', 'h', 201, '{}', now())`,
      );
      await tx.execute(
        `insert into api_keys values ('${organizationId}', gen_random_uuid(), '${organizationId}', 'h', 'n', '{read}', now())`,
      );
    });
  }
});
afterAll(() => world.close());

const countIn = async (id: string, table: string) => {
  const { rows } = await inOrganization(world.database, id, (tx) =>
    tx.execute<{ n: number; foreigners: number }>(
      `select count(*)::int as n,
              count(*) filter (where ${table === 'organizations' ? 'id' : 'organization_id'} <> '${id}')::int as foreigners
         from ${table}`,
    ),
  );
  return rows[0];
};

test('the list of tables is complete', async () => {
  const { rows } = await world.database.pool.query<{ relname: string; forced: boolean }>(
    `select relname, relrowsecurity and relforcerowsecurity as forced from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`,
  );
  expect(rows).toEqual([...TABLES].sort().map((relname) => ({ relname, forced: true })));
});

test.each(TABLES)(
  '%s: the app role sees its own organization only, without a filter in the query',
  async (table) => {
    expect(await countIn(own, table)).toMatchObject({ foreigners: 0 });
    expect((await countIn(own, table))?.n).toBeGreaterThan(0);
  },
);

test.each(TABLES)('%s: with no organization set there are no rows', async (table) => {
  const { rows } = await world.database.pool.query(`select 1 from ${table}`);
  expect(rows).toEqual([]);
});

test('an organization set for one transaction is gone in the next one of the same connection', async () => {
  const connection = await world.database.pool.connect();
  try {
    await connection.query(`begin; set local app.organization_id = '${own}'`);
    expect((await connection.query('select 1 from conversations')).rowCount).toBe(2);
    await connection.query('commit');
    expect((await connection.query('select 1 from conversations')).rowCount).toBe(0);
  } finally {
    connection.release();
  }
});

test.each([
  [
    'contacts',
    `insert into contacts (organization_id, id, created_at, updated_at) values ('%', gen_random_uuid(), now(), now())`,
  ],
  [
    'outbox',
    `insert into outbox (organization_id, conversation_id, episode, revision, lane, available_at) values ('%', gen_random_uuid(), 1, 1, 0, now())`,
  ],
])('%s: the app role cannot write a row of another organization', async (_, statement) => {
  const writing = inOrganization(world.database, own, (tx) => tx.execute(statement.replace('%', other)));
  await expect(writing).rejects.toMatchObject({ cause: { code: '42501' } });
});

test("the app role cannot change or take another organization's row", async () => {
  const changed = await inOrganization(world.database, own, (tx) =>
    tx.execute(`update conversations set stage = 'won' where organization_id = '${other}'`),
  );
  expect(changed.rowCount).toBe(0);
});

test.each(TABLES.filter((table) => !SYSTEM_READS.includes(table)))(
  '%s: the system role may not read it',
  async (table) => {
    await expect(asSystem(world.system, (tx) => tx.execute(`select 1 from ${table}`))).rejects.toMatchObject({
      cause: { code: '42501' },
    });
  },
);

test('the system role sees only the deliveries that are unknown', async () => {
  const { rows } = await asSystem(world.system, (tx) => tx.execute('select status from deliveries'));
  expect(rows).toEqual([]);
});

test.each([
  'insert into episodes select * from episodes',
  'update episodes set revision = 0',
  'delete from deliveries',
  "update deliveries set status = 'sent'",
])('the system role may not: %s', async (statement) => {
  await expect(asSystem(world.system, (tx) => tx.execute(statement))).rejects.toMatchObject({
    cause: { code: '42501' },
  });
});

test.each(['followthrough_app', 'followthrough_system'])(
  '%s bypasses nothing and owns nothing',
  async (role) => {
    const { rows } = await world.database.pool.query(
      `select rolsuper, rolbypassrls, (select count(*)::int from pg_class where relowner = pg_roles.oid) as owned
       from pg_roles where rolname = $1`,
      [role],
    );
    expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, owned: 0 }]);
  },
);

test('an organization id that is no UUID never reaches the database', () => {
  expect(() => inOrganization(world.database, "'; drop table contacts; --", async () => undefined)).toThrow(
    TypeError,
  );
});
