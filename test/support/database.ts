import { randomBytes } from 'node:crypto';
import { DatabaseError, escapeIdentifier } from 'pg';
import { runOn, withDatabase } from './template-database';
import { testEnvironment } from './environment';

export interface TestDatabase {
  /** As owner: rows may be written past row security's roles only through `openDatabase`. */
  url: string;
  /** Ends what is still connected. Close your pools first: a connection that is cut throws in its test. */
  drop(): Promise<void>;
}

/** A migrated, empty database of this test file's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = testEnvironment('TEST_DATABASE_URL');
  const template = testEnvironment('TEST_TEMPLATE_DATABASE');
  const name = `followthrough_test_${randomBytes(6).toString('hex')}`;
  await runOn(serverUrl, `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
  return {
    url: withDatabase(serverUrl, name),
    drop: () => dropDatabase(serverUrl, escapeIdentifier(name)),
  };
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Only a superuser may force out an autovacuum worker; without force the server sends it away by itself. */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  try {
    await runOn(serverUrl, `drop database if exists ${name} with (force)`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    await runOn(serverUrl, `drop database if exists ${name}`);
  }
}
