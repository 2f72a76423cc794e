import type { OptOutScope } from './opt-out-contact';
import type { ContactRow } from '../conversation/thread';

/** A contact as every route answers it. Instants are ISO 8601 in UTC. */
export interface ContactView {
  id: string;
  externalId: string | null;
  name: string | null;
  email: string | null;
  phone: string | null;
  timeZone: string | null;
  locale: string | null;
  attributes: Record<string, unknown>;
  /** What the contact does not want to get: `all`, or channels. */
  optedOut: OptOutScope[];
  createdAt: string;
  updatedAt: string;
}

const SCOPES: readonly OptOutScope[] = ['all', 'webhook', 'email'];

export function contactView(row: ContactRow): ContactView {
  const { id, externalId, name, email, phone, timeZone, locale, attributes } = row;
  return {
    id,
    externalId,
    name,
    email,
    phone,
    timeZone,
    locale,
    attributes,
    optedOut: SCOPES.filter((scope) => row.optOuts.includes(scope)),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
