import { and, desc, eq } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { templates } from '../../db/schema';
import { lockName } from '../lock-name';
import { getOrganization } from '../organization/get-organization';
import type { TextGenerator } from '../ports';
import type { VerbContext } from '../verb-context';
import type { TemplateRow } from './find-template';

export interface TemplateInput {
  /** Canonical. Absent: the organization's language, without its region, so that every region falls back on it. */
  locale?: string | undefined;
  subject?: string | null | undefined;
  body: string;
}

/**
 * Publishes a version of one locale's text; the same text as the newest is that version. Read at send, so it holds for
 * every step that falls due from now on. Throws invalid_template with the line.
 */
export async function publishTemplate(
  ctx: VerbContext,
  texts: TextGenerator,
  name: string,
  input: TemplateInput,
): Promise<TemplateRow> {
  const { body, subject = null } = input;
  texts.check({ subject, body });
  const locale = input.locale ?? languageOf((await getOrganization(ctx)).locale);
  await lockName(ctx, 'template', name);
  const newest = await findNewest(ctx, name, locale);
  if (newest && newest.subject === subject && newest.body === body) return newest;
  const [row] = await ctx.tx
    .insert(templates)
    .values({
      organizationId: ctx.organizationId,
      id: uuidv7(),
      name,
      locale,
      version: (newest?.version ?? 0) + 1,
      subject,
      body,
      createdAt: ctx.now,
    })
    .returning();
  if (!row) throw new Error('the template was not stored');
  return row;
}

const languageOf = (locale: string): string => locale.split('-', 1)[0] ?? locale;

async function findNewest({ tx, organizationId }: VerbContext, name: string, locale: string) {
  const [row] = await tx
    .select()
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, organizationId),
        eq(templates.name, name),
        eq(templates.locale, locale),
      ),
    )
    .orderBy(desc(templates.version))
    .limit(1);
  return row;
}
