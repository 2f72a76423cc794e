import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { migrate } from '../../src/db/migrate';

/** A migrated database that test files clone: 50 ms each instead of all migrations each. */
export async function createTemplateDatabase(
  serverUrl: string,
): Promise<{ name: string; drop(): Promise<void> }> {
  const name = `followthrough_template_${randomBytes(4).toString('hex')}`;
  await runOn(serverUrl, `create database ${escapeIdentifier(name)}`);
  await migrate(withDatabase(serverUrl, name));
  return { name, drop: () => runOn(serverUrl, `drop database ${escapeIdentifier(name)}`) };
}

/** The same server, another database. */
export function withDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/** One statement on a connection of its own: CREATE and DROP DATABASE refuse a transaction. */
export async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
