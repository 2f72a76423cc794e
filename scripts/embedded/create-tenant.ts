import { inOrganization, openDatabase, type Database } from '../../src/db/client';
import { SCOPES } from '../../src/domain/scopes';
import { createApiKey } from '../../src/services/api-key/create-api-key';
import { findApiKey } from '../../src/services/api-key/find-api-key';
import {
  createOrganization,
  type CreateOrganizationInput,
} from '../../src/services/organization/create-organization';

export interface Tenant {
  organizationId: string;
  /** With every scope. */
  apiKey: string;
}

/** A new organization and a key to it. No route makes these: they come before anybody could sign in. */
export function createTenant(databaseUrl: string, input: CreateOrganizationInput): Promise<Tenant> {
  return withDatabase(databaseUrl, 'followthrough_app', async (database) => {
    const now = new Date();
    const organizationId = await createOrganization(database, input, now);
    const { key } = await inOrganization(database, organizationId, (tx) =>
      createApiKey({ tx, organizationId, now }, { name: input.name, scopes: SCOPES }),
    );
    return { organizationId, apiKey: key };
  });
}

/** Whose key that is; null when this database does not know it. */
export function findTenant(databaseUrl: string, apiKey: string): Promise<Tenant | null> {
  return withDatabase(databaseUrl, 'followthrough_system', async (system) => {
    const row = await findApiKey(system, apiKey);
    return row && { organizationId: row.organizationId, apiKey };
  });
}

async function withDatabase<T>(
  url: string,
  role: 'followthrough_app' | 'followthrough_system',
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase({
    url,
    role,
    maxConnections: 1,
    applicationName: 'followthrough-script',
    onIdleError: () => undefined,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
