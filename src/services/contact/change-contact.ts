import { and, eq } from 'drizzle-orm';
import { contacts } from '../../db/schema';
import { AppError, invalidField } from '../../domain/errors';
import type { ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';
import { updateContact, type ContactInput } from './contact-row';
import { unknownContact } from './get-contact';

/**
 * Changes a contact under its lock. A new time zone plans nothing again: the send window is judged in it when a step
 * falls due. Throws not_found, conflict (an address of another contact), validation_failed (no address left).
 */
export async function changeContact(ctx: VerbContext, id: string, patch: ContactInput): Promise<ContactRow> {
  const [present] = await ctx.tx
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, id)))
    .for('no key update');
  if (!present) throw unknownContact();
  const changed = await updateContact(ctx, present, patch).catch(withoutPrefix);
  if (!changed.email && !changed.phone && !changed.externalId) {
    throw invalidField('email', 'a contact needs a phone, an e-mail or an externalId');
  }
  return changed;
}

/** Here the contact is the whole body: `contact.email` is `email`. */
function withoutPrefix(error: unknown): never {
  const [field] = error instanceof AppError ? (error.errors ?? []) : [];
  if (!(error instanceof AppError) || !field) throw error;
  throw invalidField(field.path.replace(/^contact\./, ''), field.message, error.code);
}
