import { v7 as uuidv7 } from 'uuid';
import { inOrganization, type Database } from '../../src/db/client';
import { channels, organizations, sequences, templates } from '../../src/db/schema';
import { DEFAULT_LADDER } from '../../src/domain/default-texts';
import type { Ladder } from '../../src/domain/sequence';

export interface SeedOptions {
  ladder?: Ladder;
  organization?: Partial<typeof organizations.$inferInsert>;
  pace?: { max: number; perMs: number };
}

/** One organization of the test's own, with both channels, a `default` sequence and short texts. Answers its id. */
export async function seedOrganization(database: Database, options: SeedOptions = {}): Promise<string> {
  const organizationId = uuidv7();
  const now = new Date();
  const stamps = { createdAt: now, updatedAt: now };
  const ladder = options.ladder ?? DEFAULT_LADDER;
  await inOrganization(database, organizationId, async (tx) => {
    await tx
      .insert(organizations)
      .values({ id: organizationId, name: 'Seeded', timeZone: 'UTC', ...stamps, ...options.organization });
    await tx
      .insert(sequences)
      .values({ organizationId, id: uuidv7(), name: 'default', version: 1, ladder, createdAt: now });
    const names = [...new Set(ladder.steps.map(({ template }) => template))];
    await tx.insert(templates).values(
      names.map((name) => ({
        organizationId,
        id: uuidv7(),
        name,
        locale: 'en',
        version: 1,
        subject: 'About {{ product }}',
        body: `Hello {{ contact.name }}, this is ${name}.`,
        createdAt: now,
      })),
    );
    const pace = options.pace ? { paceMax: options.pace.max, pacePerMs: options.pace.perMs } : {};
    await tx.insert(channels).values([
      {
        organizationId,
        kind: 'webhook',
        url: 'https://example.com/hook',
        sealedSecret: 'sealed',
        ...pace,
        ...stamps,
      },
      {
        organizationId,
        kind: 'email',
        fromAddress: 'us@example.com',
        createdAt: new Date(now.getTime() + 1),
        updatedAt: now,
        ...pace,
      },
    ]);
  });
  return organizationId;
}
