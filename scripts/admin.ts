import { parseArgs } from 'node:util';
import { loadConfig, loadDatabaseUrl } from '../src/config';
import { inOrganization, openDatabase, type Database } from '../src/db/client';
import { databaseErrorOf, isDatabaseAway } from '../src/db/database-error';
import { migrate } from '../src/db/migrate';
import { AppError } from '../src/domain/errors';
import { SCOPES, type Scope } from '../src/domain/scopes';
import { createApiKey } from '../src/services/api-key/create-api-key';
import { createOrganization } from '../src/services/organization/create-organization';
import { getOrganization } from '../src/services/organization/get-organization';
import { openTemporal, toTemporalSettings } from '../src/temporal/connection';
import { reconcileNow } from '../src/temporal/reconcile-schedule';

const USAGE = `Usage (DATABASE_URL says where):
  npm run admin -- migrate
  npm run admin -- create-organization --name NAME [--time-zone ZONE] [--locale TAG] [--json]
  npm run admin -- create-key --organization ID [--name NAME] [--scopes read,write,admin] [--json]
  npm run admin -- reconcile [--json]      with the settings of API and worker, while a worker runs`;

/** A mistake in the command line: its message is all that is shown. */
class UsageError extends Error {}

const OPTIONS = {
  name: { type: 'string' },
  organization: { type: 'string' },
  scopes: { type: 'string' },
  'time-zone': { type: 'string' },
  locale: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Options = ReturnType<typeof readCommandLine>['values'];
type Facts = Record<string, string | string[]>;

/** What each command does; it answers the facts that are printed. */
const COMMANDS: Record<string, (options: Options, databaseUrl: string) => Promise<Facts>> = {
  async migrate(_options, databaseUrl) {
    await migrate(databaseUrl);
    return { database: 'up to date' };
  },

  async 'create-organization'({ name, 'time-zone': timeZone, locale }, databaseUrl) {
    const given = required(name, '--name');
    return withDatabase(databaseUrl, async (database) => {
      const organizationId = await createOrganization(
        database,
        { name: given, timeZone, locale },
        new Date(),
      );
      const first = await makeKey(database, organizationId, 'first key', [...SCOPES]);
      return { organizationId, apiKey: first.apiKey };
    });
  },

  async 'create-key'({ organization, name, scopes }, databaseUrl) {
    const organizationId = required(organization, '--organization');
    const wanted = readScopes(scopes ?? SCOPES.join(','));
    return withDatabase(databaseUrl, (database) =>
      makeKey(database, organizationId, name ?? 'made by the admin command', wanted),
    );
  },

  async reconcile() {
    const { temporal } = loadConfig(process.env);
    const { client, close } = openTemporal(toTemporalSettings(temporal));
    try {
      const report = await reconcileNow(client, temporal.taskQueue);
      return Object.fromEntries(Object.entries(report).map(([name, count]) => [name, String(count)]));
    } finally {
      await close();
    }
  },
};

function required(value: string | undefined, option: string): string {
  if (value === undefined || value.trim() === '') throw new UsageError(`${option} is needed.`);
  return value.trim();
}

function readScopes(text: string): Scope[] {
  const words = text.split(',').map((word) => word.trim());
  const scopes = SCOPES.filter((scope) => words.includes(scope));
  if (words.length === 0 || words.some((word) => !SCOPES.some((scope) => scope === word))) {
    throw new UsageError(`--scopes takes ${SCOPES.join(', ')}, separated by commas.`);
  }
  return scopes;
}

async function makeKey(database: Database, organizationId: string, name: string, scopes: Scope[]) {
  if (!UUID.test(organizationId)) throw new UsageError('--organization must be the id of an organization.');
  return inOrganization(database, organizationId, async (tx) => {
    await getOrganization({ tx, organizationId });
    const { row, key } = await createApiKey({ tx, organizationId, now: new Date() }, { name, scopes });
    return { organizationId, id: row.id, scopes: row.scopes, apiKey: key };
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({
    url,
    role: 'followthrough_app',
    maxConnections: 1,
    applicationName: 'followthrough-admin',
    onIdleError: () => undefined,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function readCommandLine() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The command line cannot be read.');
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine();
  const [name = '', ...others] = positionals;
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || others.length > 0)
    throw new UsageError(`Unknown command "${positionals.join(' ')}".\n${USAGE}`);
  const facts = await command(values, loadDatabaseUrl(process.env));
  process.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : asLines(facts));
}

function asLines(facts: Facts): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}\n`);
  return lines.join('') + ('apiKey' in facts ? 'The key is shown only now.\n' : '');
}

/** What an operator can act on, in one line; never a stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof AppError) return error.detail;
  const code = databaseErrorOf(error)?.code ?? '';
  const message = error instanceof Error ? error.message.replace(/\s*\n\s*/g, ' ') : 'Something went wrong.';
  if (NOT_MIGRATED.includes(code)) {
    return 'The database is not migrated yet: run "npm run admin -- migrate" first.';
  }
  return isDatabaseAway(error) ? `The database cannot be reached: ${message}` : message;
}

/** Unknown table; unknown role, by either of the codes it has. */
const NOT_MIGRATED = ['42P01', '42704', '22023'];

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
});
