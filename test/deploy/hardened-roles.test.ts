import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inOrganization, openDatabase } from '../../src/db/client';
import { migrate } from '../../src/db/migrate';
import { testEnvironment } from '../support/environment';
import { runOn, withDatabase } from '../support/template-database';
import { readText } from './yaml-file';

/**
 * deploy/postgres/10-roles.sql on a real server. Roles belong to the whole server, so those of this run get names of their
 * own; the two that the migrations make are left as they are.
 */
const run = randomBytes(4).toString('hex');
const owner = `followthrough_owner_${run}`;
const service = `followthrough_service_${run}`;
const database = `followthrough_hardened_${run}`;
const password = randomBytes(12).toString('hex');
const serverUrl = testEnvironment('TEST_DATABASE_URL');

function addressOf(login: string): string {
  const url = new URL(withDatabase(serverUrl, database));
  url.username = login;
  url.password = password;
  return url.href;
}

function script(): string {
  return readText('deploy/postgres/10-roles.sql')
    .replace(/^CREATE ROLE (followthrough_app|followthrough_system) .*$/gm, '')
    .replace(/^CREATE ROLE temporal .*$/gm, '')
    .replaceAll('followthrough_owner', owner)
    .replaceAll('followthrough_service', service);
}

async function asService<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: addressOf(service) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  await runOn(serverUrl, script());
  await runOn(serverUrl, `ALTER ROLE ${owner} PASSWORD '${password}'`);
  await runOn(serverUrl, `ALTER ROLE ${service} PASSWORD '${password}'`);
  await runOn(serverUrl, `GRANT ${owner} TO CURRENT_USER`);
  await runOn(serverUrl, `CREATE DATABASE ${database} OWNER ${owner}`);
  await migrate(addressOf(owner));
});

afterAll(async () => {
  await runOn(serverUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await runOn(serverUrl, `DROP ROLE IF EXISTS ${service}, ${owner}`);
});

test('the migrations run as an owner who is no superuser, twice without harm', async () => {
  await expect(migrate(addressOf(owner))).resolves.toBeUndefined();
});

test('the service login works as both roles', async () => {
  for (const role of ['followthrough_app', 'followthrough_system'] as const) {
    const opened = openDatabase({
      url: addressOf(service),
      role,
      maxConnections: 1,
      applicationName: 'test',
      onIdleError: () => undefined,
    });
    const { rows } = await opened.pool.query('select current_user as role');
    expect(rows).toEqual([{ role }]);
    await opened.close();
  }
});

test('the service login sees one organization only, and writes none but that', async () => {
  const opened = openDatabase({
    url: addressOf(service),
    role: 'followthrough_app',
    maxConnections: 1,
    applicationName: 'test',
    onIdleError: () => undefined,
  });
  const [mine, theirs] = ['0199aaaa-0000-7000-8000-000000000001', '0199aaaa-0000-7000-8000-000000000002'];
  const insert = (id: string | undefined) =>
    opened.pool.query(
      `begin; set local app.organization_id = '${mine}';
       insert into organizations (id, name, created_at, updated_at) values ('${id}', 'x', now(), now()); commit`,
    );
  await insert(mine);
  await expect(insert(theirs)).rejects.toThrow(/row-level security/);
  await opened.pool.query('rollback');
  const seen = await inOrganization(opened, mine ?? '', (tx) => tx.execute('select id from organizations'));
  expect(seen.rows).toEqual([{ id: mine }]);
  await opened.close();
});

test.each([
  ['read a table as itself', 'select * from contacts'],
  ['make a table', 'create table mischief (id int)'],
  ['switch row security off', 'alter table contacts disable row level security'],
  ['become the owner', `set role ${owner}`],
])('the service login cannot %s', async (_, statement) => {
  await expect(asService((client) => client.query(statement))).rejects.toThrow(
    /permission denied|must be owner/,
  );
});
