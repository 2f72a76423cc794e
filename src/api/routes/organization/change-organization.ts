import { organizationOut, organizationPatch } from '../../../contracts/http/organization';
import { changeOrganization } from '../../../services/organization/change-organization';
import { organizationView } from '../../../services/organization/organization-view';
import { wakeHeldEpisodes } from '../../../services/organization/wake-held-episodes';
import { defineProcessRoute } from '../../route';

/** A process: ending a pause wakes what it held, page by page, after the flag is committed. */
export const changeOrganizationRoute = defineProcessRoute({
  method: 'patch',
  path: '/v1/organization',
  scope: 'admin',
  tag: 'Organization',
  summary: 'Change settings',
  description:
    'Gates read them at the next send; due times that are already planned stay. `paused: true` holds whatever falls due ' +
    'and looks again every 6 h; `paused: false` wakes what was held, spread over 10 minutes.',
  body: organizationPatch,
  idempotent: false,
  answers: { 200: organizationOut },
  async run({ body, transact }) {
    const { frequencyCap, latenessLimit, ...others } = body;
    const patch = { ...others, frequencyCap, latenessLimitMs: latenessLimit };
    const { organization, resumed } = await transact((ctx) => changeOrganization(ctx, patch));
    if (resumed !== null) await wakeHeldEpisodes(transact, resumed);
    return { status: 200, body: organizationView(organization) };
  },
});
