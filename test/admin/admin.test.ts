import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { inOrganization, openDatabase, type Database } from '../../src/db/client';
import { sequences, templates } from '../../src/db/schema';
import { findApiKey } from '../../src/services/api-key/find-api-key';
import { createTestDatabase, type TestDatabase } from '../support/database';

const run = promisify(execFile);

let testDatabase: TestDatabase;
let database: Database;
let system: Database;

const open = (role: 'followthrough_app' | 'followthrough_system') =>
  openDatabase({
    url: testDatabase.url,
    role,
    maxConnections: 1,
    applicationName: 'test',
    onIdleError: () => undefined,
  });

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = open('followthrough_app');
  system = open('followthrough_system');
});
afterAll(async () => {
  await database.close();
  await system.close();
  await testDatabase.drop();
});

/** What the command prints; its error's text when it fails. */
async function admin(
  args: string[],
  url = testDatabase.url,
): Promise<{ code: number; out: string; err: string }> {
  try {
    const env = { ...process.env, DATABASE_URL: url };
    const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'scripts/admin.ts', ...args], {
      env,
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error);
    return { code: failed.code, out: failed.stdout, err: failed.stderr };
  }
}

const made = z.object({ organizationId: z.string(), apiKey: z.string() });

describe('npm run admin', () => {
  test('migrate is a no-op where nothing is new', async () => {
    expect(await admin(['migrate'])).toMatchObject({ code: 0, err: '' });
  });

  test('create-organization makes a tenant that is ready for its channel, and its first key', async () => {
    const answer = await admin([
      'create-organization',
      '--name',
      'Acme',
      '--time-zone',
      'Europe/Rome',
      '--json',
    ]);
    expect(answer.out.trim().split('\n')).toHaveLength(1);
    const { organizationId, apiKey } = made.parse(JSON.parse(answer.out));
    expect(await findApiKey(system, apiKey)).toMatchObject({
      organizationId,
      scopes: ['read', 'write', 'admin'],
    });
    const written = await inOrganization(database, organizationId, async (tx) => ({
      sequences: await tx.select().from(sequences),
      templates: await tx.select().from(templates),
    }));
    expect(written.sequences).toMatchObject([{ name: 'default', version: 1 }]);
    expect(written.templates).toHaveLength(18);
    const used = written.sequences.flatMap(({ ladder }) => ladder.steps.map(({ template }) => template));
    for (const locale of ['en', 'de', 'fr', 'es', 'it', 'pt']) {
      const names = written.templates.filter((row) => row.locale === locale).map(({ name }) => name);
      expect(names.sort()).toEqual(used.sort());
    }
  });

  test('create-key makes further keys, with the scopes that are asked for', async () => {
    const { out } = await admin(['create-organization', '--name', 'Acme', '--json']);
    const { organizationId } = made.parse(JSON.parse(out));
    const key = await admin(['create-key', '--organization', organizationId, '--scopes', 'read', '--json']);
    const { apiKey } = made.parse(JSON.parse(key.out));
    expect(await findApiKey(system, apiKey)).toMatchObject({ organizationId, scopes: ['read'] });
  });

  test.each<[string, string[], string]>([
    ['no command', [], 'Unknown command'],
    ['no name', ['create-organization'], '--name is needed'],
    ['an unknown option', ['create-organization', '--nmae', 'x'], '--nmae'],
    ['a zone that is none', ['create-organization', '--name', 'x', '--time-zone', 'Mars/Base'], 'timeZone'],
    [
      'an unknown organization',
      ['create-key', '--organization', '019b0000-0000-7000-8000-000000000009'],
      'No such organization.',
    ],
    [
      'a scope that is none',
      ['create-key', '--organization', '019b0000-0000-7000-8000-000000000009', '--scopes', 'root'],
      '--scopes takes',
    ],
  ])('%s: one clear line and exit 1', async (_name, args, message) => {
    const answer = await admin(args);
    expect(answer).toMatchObject({ code: 1, out: '' });
    expect(answer.err.split('\n')[0]).toContain(message);
    expect(answer.err).not.toContain('    at ');
  });

  test('a database that is away, or not migrated, is named as such', async () => {
    const away = await admin(['create-organization', '--name', 'x'], 'postgres://x:hush@127.0.0.1:1/x');
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('cannot be reached') });
    expect(away.err).not.toContain('hush');
    expect(await admin(['migrate'], '')).toMatchObject({
      code: 1,
      err: expect.stringContaining('DATABASE_URL'),
    });
  });
});
