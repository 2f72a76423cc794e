import { and, eq, isNull, or, sql } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { defineStatement } from '../../db/define-statement';
import { contacts } from '../../db/schema';
import { AppError, invalidField } from '../../domain/errors';
import type { ContactRow } from '../conversation/thread';
import type { VerbContext } from '../verb-context';

/** What a caller says of a contact; an absent field leaves what is stored, null clears it. */
export interface ContactInput {
  externalId?: string | undefined;
  name?: string | null | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
  timeZone?: string | null | undefined;
  locale?: string | null | undefined;
  attributes?: Record<string, unknown> | undefined;
}

/** Another transaction made the same contact or conversation between our look and our insert: run it all again. */
export class LostCreateRace extends Error {
  constructor() {
    super('another transaction created the same row first');
    this.name = 'LostCreateRace';
  }
}

/**
 * Finds a contact by external id, else by e-mail, else by phone (the latter two among contacts without external id), and
 * locks its row; undefined when there is none. One known only by its address takes the external id that `updateContact`
 * is given, so that its opt-outs stay.
 */
export async function lockContact(ctx: VerbContext, input: ContactInput): Promise<ContactRow | undefined> {
  const { externalId = null, email = null, phone = null } = input;
  if (externalId === null && !email && !phone) return undefined;
  const { organizationId } = ctx;
  const [row] = await lockStatement(ctx.tx).execute({ organizationId, externalId, email, phone });
  return row;
}

/** The first of the three ways that finds one; the limit ends the locking there too. */
const lockStatement = defineStatement((tx) => {
  const byExternalId = sql`${contacts.externalId} = ${sql.placeholder('externalId')}::text`;
  const byEmail = sql`${contacts.emailKey} = lower(${sql.placeholder('email')}::text)`;
  const byPhone = sql`${contacts.phone} = ${sql.placeholder('phone')}::text`;
  return tx
    .select()
    .from(contacts)
    .where(
      and(
        eq(contacts.organizationId, sql.placeholder('organizationId')),
        or(byExternalId, and(isNull(contacts.externalId), or(byEmail, byPhone))),
      ),
    )
    .orderBy(sql`case when ${byExternalId} then 1 when ${byEmail} then 2 else 3 end`)
    .limit(1)
    .for('no key update')
    .prepare('lock_contact_by_address');
});

function columnsOf(input: ContactInput): Partial<ContactRow> {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

/** Brings a contact up to date whose row the caller has locked. Throws conflict when an address belongs to another. */
export async function updateContact(
  ctx: VerbContext,
  contact: ContactRow,
  input: ContactInput,
): Promise<ContactRow> {
  const columns = columnsOf(input);
  const changed = Object.entries(columns).some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(contact, name)),
  );
  if (!changed) return contact;
  const [row] = await ctx.tx
    .update(contacts)
    .set({ ...columns, updatedAt: ctx.now })
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, contact.id)))
    .returning()
    .catch(addressTaken);
  return row ?? contact;
}

/** A contact that `lockContact` did not find. Throws LostCreateRace. */
export async function insertContact(ctx: VerbContext, input: ContactInput): Promise<ContactRow> {
  const [row] = await insertStatement(ctx.tx).execute({
    organizationId: ctx.organizationId,
    id: uuidv7(),
    externalId: input.externalId ?? null,
    name: input.name ?? null,
    email: input.email ?? null,
    phone: input.phone ?? null,
    timeZone: input.timeZone ?? null,
    locale: input.locale ?? null,
    attributes: JSON.stringify(input.attributes ?? {}),
    now: ctx.now,
  });
  if (!row) throw new LostCreateRace();
  return row;
}

const value = (name: string) => sql`${sql.placeholder(name)}`;

const insertStatement = defineStatement((tx) =>
  tx
    .insert(contacts)
    .values({
      organizationId: value('organizationId'),
      id: value('id'),
      externalId: value('externalId'),
      name: value('name'),
      email: value('email'),
      phone: value('phone'),
      timeZone: value('timeZone'),
      locale: value('locale'),
      attributes: value('attributes'),
      createdAt: value('now'),
      updatedAt: value('now'),
    })
    .onConflictDoNothing()
    .returning()
    .prepare('insert_contact'),
);

const FIELD_OF_INDEX: Record<string, string> = {
  contacts_email: 'contact.email',
  contacts_phone: 'contact.phone',
  contacts_external_id: 'contact.externalId',
};

function addressTaken(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  if (cause instanceof DatabaseError && cause.code === '23505') {
    const path = FIELD_OF_INDEX[cause.constraint ?? ''];
    if (path) throw invalidField(path, 'belongs to another contact', 'conflict');
  }
  throw error instanceof Error ? error : new AppError('internal_error', 'contact update failed');
}
