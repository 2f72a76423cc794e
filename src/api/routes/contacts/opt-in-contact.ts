import { idParams } from '../../../contracts/http/fields';
import { optOutAnswer, optOutBody } from '../../../contracts/http/opt-out';
import { contactView } from '../../../services/contact/contact-view';
import { optInContact } from '../../../services/contact/opt-in-contact';
import { defineRoute } from '../../route';

export const optInContactRoute = defineRoute({
  method: 'post',
  path: '/v1/contacts/:id/opt-in',
  scope: 'write',
  tag: 'Contacts',
  summary: 'Take an opt-out back',
  description: 'Nothing starts by itself: conversations become `engaged` and wait for our next word.',
  params: idParams,
  body: optOutBody,
  answers: { 200: optOutAnswer },
  async run(ctx) {
    const contact = await optInContact(ctx, ctx.params.id, ctx.body.channel ?? 'all');
    return { status: 200, body: { contact: contactView(contact), inFlight: [] } };
  },
});
