import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { createTestDatabase } from '../support/database';
import { testEnvironment } from '../support/environment';

async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('the world that tests run in', () => {
  test('gives each file a migrated database of its own', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    try {
      await inDatabase(one.url, (client) => client.query('create table mark (id int)'));
      const tables = await inDatabase(other.url, async (client) => {
        const result = await client.query<{ tablename: string }>('select tablename from pg_tables');
        return result.rows.map((row) => row.tablename);
      });
      expect(tables).toContain('conversations');
      expect(tables).not.toContain('mark');
    } finally {
      await Promise.all([one.drop(), other.drop()]);
    }
  });

  test('has a PostgreSQL 18 in UTC and UTF8 whose owner is no superuser', async () => {
    const facts = await inDatabase(testEnvironment('TEST_DATABASE_URL'), async (client) => {
      const result = await client.query<Record<string, string>>(
        `select current_setting('server_version_num')::int / 10000 as version, current_setting('timezone') as timezone,
           current_setting('server_encoding') as encoding, current_setting('is_superuser') as superuser`,
      );
      return result.rows[0];
    });
    expect(facts).toEqual({ version: 18, timezone: 'UTC', encoding: 'UTF8', superuser: 'off' });
  });

  test('has a Temporal server that knows time skipping and the search attribute', async () => {
    const connection = await Connection.connect({ address: testEnvironment('TEST_TEMPORAL_ADDRESS') });
    try {
      const system = await connection.workflowService.getSystemInfo({});
      expect(system.serverVersion).toMatch(/^1\.(3[2-9]|[4-9]\d)\./);
      const found = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      expect(Object.keys(found.customAttributes)).toContain('Organization');
    } finally {
      await connection.close();
    }
  });
});
