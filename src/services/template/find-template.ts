import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { defineStatement } from '../../db/define-statement';
import { templates } from '../../db/schema';
import type { VerbContext } from '../verb-context';

export type TemplateRow = typeof templates.$inferSelect;

/**
 * The newest version of the first locale in `locales` that the template has, else of whatever variant exists (first by
 * tag, so that it is always the same one). null when there is no such template. One index range: cheap enough per nudge.
 */
export async function findTemplate(
  { tx, organizationId }: Pick<VerbContext, 'tx' | 'organizationId'>,
  name: string,
  locales: string[],
): Promise<TemplateRow | null> {
  const [row] = await findStatement(tx).execute({ organizationId, name, locales });
  return row ?? null;
}

const findStatement = defineStatement((tx) => {
  const wanted = sql`array_position(${sql.placeholder('locales')}::text[], ${templates.locale})`;
  return tx
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, sql.placeholder('organizationId')),
        eq(templates.name, sql.placeholder('name')),
      ),
    )
    .orderBy(sql`${wanted} asc nulls last`, asc(templates.locale), desc(templates.version))
    .limit(1)
    .prepare('find_template');
});
