import { z } from 'zod';
import { contactPage, contactsQuery } from '../../../contracts/http/contact';
import { contactView } from '../../../services/contact/contact-view';
import { listContacts } from '../../../services/contact/list-contacts';
import { readCursor, toPage } from '../../cursor';
import { defineRoute } from '../../route';

export const listContactsRoute = defineRoute({
  method: 'get',
  path: '/v1/contacts',
  scope: 'read',
  tag: 'Contacts',
  summary: 'Contacts, newest first',
  query: contactsQuery,
  answers: { 200: contactPage },
  async run(ctx) {
    const { limit, cursor, ...filters } = ctx.query;
    const beforeId = readCursor(cursor, z.guid());
    const rows = await listContacts(ctx, filters, { limit: limit + 1, beforeId });
    return { status: 200, body: toPage(rows.map(contactView), limit, ({ id }) => id) };
  },
});
