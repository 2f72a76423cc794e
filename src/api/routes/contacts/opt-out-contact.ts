import { idParams } from '../../../contracts/http/fields';
import { optOutAnswer, optOutBody } from '../../../contracts/http/opt-out';
import { contactView } from '../../../services/contact/contact-view';
import { optOutContact } from '../../../services/contact/opt-out-contact';
import { defineRoute } from '../../route';

export const optOutContactRoute = defineRoute({
  method: 'post',
  path: '/v1/contacts/:id/opt-out',
  scope: 'write',
  tag: 'Contacts',
  summary: 'Opt a contact out of one channel or of all',
  description:
    'Ends the running episodes it covers in the same transaction. `inFlight` names what was handed to a provider before.',
  params: idParams,
  body: optOutBody,
  answers: { 200: optOutAnswer },
  async run(ctx) {
    const { contact, inFlight } = await optOutContact(ctx, ctx.params.id, ctx.body.channel ?? 'all');
    const claimed = inFlight.map((one) => ({ ...one, claimedAt: one.claimedAt.toISOString() }));
    return { status: 200, body: { contact: contactView(contact), inFlight: claimed } };
  },
});
