import { z } from 'zod';
import { AppError } from '../../../domain/errors';
import { getContact } from '../../../services/contact/get-contact';
import { optOutContact } from '../../../services/contact/opt-out-contact';
import { getOrganization } from '../../../services/organization/get-organization';
import { definePublicRoute, type ApiDependencies } from '../../route';
import { unsubscribePage } from './unsubscribe-page';

const HTML = 'text/html; charset=utf-8';

const facts = {
  path: '/unsubscribe/:token',
  tag: 'Unsubscribe',
  params: z.strictObject({ token: z.string().max(500) }),
  // Mail programs and link rewriters add what they like.
  query: z.looseObject({}),
  answers: { 200: z.string() },
  produces: 'text/html',
};

/** Shows a button and changes nothing: mail scanners open every address they see. */
export const showUnsubscribeRoute = definePublicRoute({
  ...facts,
  method: 'get',
  summary: 'A page with a button that unsubscribes',
  async run({ params, deps, transactAs }) {
    const subject = subjectOf(deps, params.token);
    const page = await transactAs(subject.organizationId, async (ctx) => {
      const contact = await getContact(ctx, subject.contactId);
      const { name, locale } = await getOrganization(ctx);
      return unsubscribePage('ask', contact.locale ?? locale, name);
    });
    return { status: 200, body: page, contentType: HTML };
  },
});

/** RFC 8058: the mail program posts for its user, or the page's button does. The token alone is the authority. */
export const unsubscribeRoute = definePublicRoute({
  ...facts,
  method: 'post',
  summary: 'Unsubscribe with one click: opts out of e-mail only',
  async run({ params, deps, transactAs }) {
    const subject = subjectOf(deps, params.token);
    const page = await transactAs(subject.organizationId, async (ctx) => {
      const { contact } = await optOutContact(ctx, subject.contactId, subject.channel);
      const { name, locale } = await getOrganization(ctx);
      return unsubscribePage('done', contact.locale ?? locale, name);
    });
    return { status: 200, body: page, contentType: HTML };
  },
});

function subjectOf(deps: ApiDependencies, token: string) {
  const subject = deps.readUnsubscribeToken(token);
  if (!subject) throw new AppError('not_found', 'There is nothing at this address.');
  return subject;
}
