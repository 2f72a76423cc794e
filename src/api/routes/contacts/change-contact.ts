import { contactOut, contactPatch } from '../../../contracts/http/contact';
import { idParams } from '../../../contracts/http/fields';
import { changeContact } from '../../../services/contact/change-contact';
import { contactView } from '../../../services/contact/contact-view';
import { defineRoute } from '../../route';

export const changeContactRoute = defineRoute({
  method: 'patch',
  path: '/v1/contacts/:id',
  scope: 'write',
  tag: 'Contacts',
  summary: 'Change a contact',
  description:
    'An absent field stays, null clears it. A new time zone plans nothing again: the send window is judged in it when a ' +
    'step falls due.',
  params: idParams,
  body: contactPatch,
  answers: { 200: contactOut },
  async run(ctx) {
    return { status: 200, body: contactView(await changeContact(ctx, ctx.params.id, ctx.body)) };
  },
});
