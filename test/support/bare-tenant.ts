import { createOrganization } from '../../src/services/organization/create-organization';
import { tenantOf, type ApiWorld, type Tenant } from './api-world';

/** An organization as the admin command makes it: default sequence and texts, no channel yet. */
export async function bareTenant(world: ApiWorld): Promise<Tenant> {
  const organizationId = await createOrganization(world.database, { name: 'Bare' }, new Date());
  const key = await world.keyOf(organizationId, ['read', 'write', 'admin']);
  return tenantOf(world.api, organizationId, key);
}
