import { contactOut } from '../../../contracts/http/contact';
import { idParams } from '../../../contracts/http/fields';
import { contactView } from '../../../services/contact/contact-view';
import { getContact } from '../../../services/contact/get-contact';
import { defineRoute } from '../../route';

export const getContactRoute = defineRoute({
  method: 'get',
  path: '/v1/contacts/:id',
  scope: 'read',
  tag: 'Contacts',
  summary: 'A contact',
  params: idParams,
  answers: { 200: contactOut },
  async run(ctx) {
    return { status: 200, body: contactView(await getContact(ctx, ctx.params.id)) };
  },
});
