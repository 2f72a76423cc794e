import { v7 as uuidv7 } from 'uuid';
import { inOrganization, type Database } from '../../db/client';
import { organizations, sequences, templates } from '../../db/schema';
import { DEFAULT_LADDER, DEFAULT_TEXTS } from '../../domain/default-texts';
import { canonicalLocale, SHIPPED_LOCALES } from '../../domain/locales';
import { isTimeZone } from '../../domain/zones';
import { invalidField } from '../../domain/errors';

export interface CreateOrganizationInput {
  name: string;
  /** Default UTC. */
  timeZone?: string | undefined;
  /** Default `en`. */
  locale?: string | undefined;
}

/**
 * A new tenant with sequence `default` and the default texts in every locale we ship, in one transaction: a first call
 * works as soon as it has a channel. Throws validation_failed.
 */
export async function createOrganization(
  database: Database,
  input: CreateOrganizationInput,
  now: Date,
): Promise<string> {
  const id = uuidv7();
  const name = input.name.trim();
  const { timeZone = 'UTC' } = input;
  const locale = canonicalLocale(input.locale ?? 'en');
  if (name === '' || name.length > 200) throw invalidField('name', 'must have 1 to 200 characters');
  if (!isTimeZone(timeZone)) throw invalidField('timeZone', 'is no IANA time zone');
  if (locale === null) throw invalidField('locale', 'is no BCP 47 locale');
  await inOrganization(database, id, async (tx) => {
    await tx.insert(organizations).values({ id, name, timeZone, locale, createdAt: now, updatedAt: now });
    await tx.insert(sequences).values({
      organizationId: id,
      id: uuidv7(),
      name: 'default',
      version: 1,
      ladder: DEFAULT_LADDER,
      createdAt: now,
    });
    await tx.insert(templates).values(defaultTemplates(id, now));
  });
  return id;
}

function defaultTemplates(organizationId: string, createdAt: Date): (typeof templates.$inferInsert)[] {
  return SHIPPED_LOCALES.flatMap((locale) =>
    Object.entries(DEFAULT_TEXTS[locale]).map(([name, { subject, body }]) => ({
      organizationId,
      id: uuidv7(),
      name,
      locale,
      version: 1,
      subject,
      body,
      createdAt,
    })),
  );
}
