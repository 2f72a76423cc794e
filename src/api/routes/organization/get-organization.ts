import { organizationOut } from '../../../contracts/http/organization';
import { getOrganization } from '../../../services/organization/get-organization';
import { organizationView } from '../../../services/organization/organization-view';
import { defineRoute } from '../../route';

export const getOrganizationRoute = defineRoute({
  method: 'get',
  path: '/v1/organization',
  scope: 'read',
  tag: 'Organization',
  summary: "The key's organization and its settings",
  answers: { 200: organizationOut },
  async run(ctx) {
    return { status: 200, body: organizationView(await getOrganization(ctx)) };
  },
});
