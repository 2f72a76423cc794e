import { startPostgres } from '../../scripts/servers/postgres';
import { startTemporal } from '../../scripts/servers/temporal';
import { createTemplateDatabase } from './template-database';
import { keepForTeardown } from './running-servers';

/** One PostgreSQL and one Temporal for the whole run; the test files find them in the environment. */
export default async function globalSetup(): Promise<void> {
  const [databaseUrl, temporalAddress] = await Promise.all([findPostgres(), findTemporal()]);
  process.env.TEST_DATABASE_URL = databaseUrl;
  process.env.TEST_TEMPORAL_ADDRESS = temporalAddress;
  const template = await createTemplateDatabase(databaseUrl);
  process.env.TEST_TEMPLATE_DATABASE = template.name;
  keepForTeardown({ stop: template.drop });
}

async function findPostgres(): Promise<string> {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  const server = await startPostgres({ name: 'test-postgres', durable: false, ephemeral: true });
  keepForTeardown(server);
  return server.url();
}

async function findTemporal(): Promise<string> {
  if (process.env.TEST_TEMPORAL_ADDRESS) return process.env.TEST_TEMPORAL_ADDRESS;
  const server = await startTemporal({ headless: true });
  keepForTeardown(server);
  return server.address;
}
