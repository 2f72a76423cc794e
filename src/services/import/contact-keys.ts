import { contacts } from '../../db/schema';
import type { ContactInput } from '../contact/contact-row';

/** The addresses by which `lockContact` finds contacts without an external id. */
export const ADDRESSES = [
  { prefix: 'email:', column: contacts.emailKey },
  { prefix: 'phone:', column: contacts.phone },
] as const;

/** Two rows that share a key may mean the same contact. */
export function contactKeys({ externalId, email, phone }: ContactInput): string[] {
  const keys = [];
  if (externalId) keys.push(`id:${externalId}`);
  if (email) keys.push(`email:${email.toLowerCase()}`);
  if (phone) keys.push(`phone:${phone}`);
  return keys;
}
