import { sql } from 'drizzle-orm';
import type { VerbContext } from './verb-context';

/** Until the commit nobody else publishes a version under this name: numbers rise without gaps or doubles. */
export async function lockName(
  { tx, organizationId }: Pick<VerbContext, 'tx' | 'organizationId'>,
  kind: 'sequence' | 'template',
  name: string,
): Promise<void> {
  const key = `${kind}:${organizationId}:${name}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}
