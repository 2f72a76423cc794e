import { z } from 'zod';
import { CHANNEL_KINDS } from '../../domain/conversation';
import { email, externalId, instantOut, jsonObject, locale, phone, timeZone } from './fields';
import { pageOf, pageQuery } from './page';

const name = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** Fields of a contact as callers give them: absent leaves what is stored, null clears it. */
const contactFields = {
  name: name.nullable().optional(),
  email: email.nullable().optional(),
  phone: phone.nullable().optional(),
  timeZone: timeZone.nullable().optional(),
  locale: locale.nullable().optional(),
  attributes: jsonObject.optional(),
};

/** The contact of a new conversation: found by `externalId`, else by e-mail, else by phone, and updated. */
export const contactInput = z
  .strictObject({ externalId: externalId.optional(), ...contactFields })
  .meta({ id: 'ContactInput' });

const optOutScope = z.enum(['all', ...CHANNEL_KINDS]);

export const contactOut = z
  .strictObject({
    id: z.string(),
    externalId: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    timeZone: z.string().nullable(),
    locale: z.string().nullable(),
    attributes: z.record(z.string(), z.unknown()),
    optedOut: z.array(optOutScope).meta({ description: '`all`, or the channels the contact does not want' }),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: 'Contact' });

/** `externalId` too may be given to a contact that came without. */
export const contactPatch = z
  .strictObject({ externalId: externalId.optional(), ...contactFields })
  .meta({ id: 'ContactPatch', examples: [{ timeZone: 'Europe/London' }] });

export const contactsQuery = z.strictObject({
  email: email.optional(),
  phone: phone.optional(),
  externalId: externalId.optional(),
  ...pageQuery,
});
export const contactPage = pageOf(contactOut);
