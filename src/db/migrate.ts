import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';

/** Any constant of ours: two starts at once wait for each other here. */
const MIGRATION_LOCK = 7_203_114_005;

/** `drizzle/` lies beside package.json, whether this file runs from src/ or from dist/src/. */
function migrationsFolder(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'drizzle', 'meta', '_journal.json');
    if (existsSync(candidate)) return join(folder, 'drizzle');
  }
  throw new Error('The migrations folder "drizzle" was not found beside package.json.');
}

/**
 * Brings the database up to the newest migration, as its owner, under an advisory lock: safe to run from several
 * processes at once, and a no-op when nothing is new. Throws the database's own error when a migration fails.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'followthrough-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runMigrations(drizzle(client), { migrationsFolder: migrationsFolder() });
  } finally {
    await client.end();
  }
}
