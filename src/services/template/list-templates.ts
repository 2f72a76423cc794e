import { and, asc, desc, eq, gt, inArray } from 'drizzle-orm';
import { templates } from '../../db/schema';
import { localeFallback } from '../../domain/locales';
import { getOrganization } from '../organization/get-organization';
import type { VerbContext } from '../verb-context';
import type { TemplateRow } from './find-template';

/** A template with the newest text of each locale; `main` is the one that a contact without locale gets. */
export interface TemplateGroup {
  name: string;
  main: TemplateRow;
  variants: TemplateRow[];
}

/** The templates of the organization by name. */
export async function listTemplates(
  ctx: VerbContext,
  page: { limit: number; afterName?: string | undefined },
): Promise<TemplateGroup[]> {
  const { tx, organizationId } = ctx;
  const after = page.afterName === undefined ? undefined : gt(templates.name, page.afterName);
  const names = await tx
    .selectDistinct({ name: templates.name })
    .from(templates)
    .where(and(eq(templates.organizationId, organizationId), after))
    .orderBy(asc(templates.name))
    .limit(page.limit);
  return groupTemplates(
    ctx,
    names.map(({ name }) => name),
  );
}

/** The named templates, in the order of `names`; unknown ones are missing. */
export async function groupTemplates(ctx: VerbContext, names: string[]): Promise<TemplateGroup[]> {
  if (names.length === 0) return [];
  const { tx, organizationId } = ctx;
  const rows = await tx
    .selectDistinctOn([templates.name, templates.locale])
    .from(templates)
    .where(and(eq(templates.organizationId, organizationId), inArray(templates.name, names)))
    .orderBy(asc(templates.name), asc(templates.locale), desc(templates.version));
  const { locale } = await getOrganization(ctx);
  const wanted = localeFallback(null, locale);
  return names.flatMap((name) => {
    const variants = rows.filter((row) => row.name === name);
    const best = wanted.map((tag) => variants.find((row) => row.locale === tag)).find(Boolean);
    const main = best ?? variants[0];
    return main ? [{ name, main, variants }] : [];
  });
}
