import { and, desc, eq, inArray } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { sequences, templates } from '../../db/schema';
import { AppError, type FieldError } from '../../domain/errors';
import type { Ladder } from '../../domain/sequence';
import type { SequenceRow } from '../conversation/thread';
import { lockName } from '../lock-name';
import type { VerbContext } from '../verb-context';
import { buildLadder, type LadderInput } from './build-ladder';

/**
 * Publishes an immutable version; a ladder equal to the newest one is that version. Running episodes keep theirs.
 * Throws unknown_template for steps whose template does not exist.
 */
export async function publishSequence(
  ctx: VerbContext,
  name: string,
  input: LadderInput,
): Promise<SequenceRow> {
  const ladder = buildLadder(input);
  await checkTemplates(ctx, ladder);
  await lockName(ctx, 'sequence', name);
  const newest = await findNewest(ctx, name);
  if (newest && isDeepStrictEqual(newest.ladder, ladder)) return newest;
  const [row] = await ctx.tx
    .insert(sequences)
    .values({
      organizationId: ctx.organizationId,
      id: uuidv7(),
      name,
      version: (newest?.version ?? 0) + 1,
      ladder,
      createdAt: ctx.now,
    })
    .returning();
  if (!row) throw new Error('the sequence was not stored');
  return row;
}

async function findNewest({ tx, organizationId }: VerbContext, name: string) {
  const [row] = await tx
    .select()
    .from(sequences)
    .where(and(eq(sequences.organizationId, organizationId), eq(sequences.name, name)))
    .orderBy(desc(sequences.version))
    .limit(1);
  return row;
}

async function checkTemplates({ tx, organizationId }: VerbContext, ladder: Ladder) {
  const names = [...new Set(ladder.steps.map(({ template }) => template))];
  const rows = await tx
    .selectDistinct({ name: templates.name })
    .from(templates)
    .where(and(eq(templates.organizationId, organizationId), inArray(templates.name, names)));
  const known = new Set(rows.map(({ name }) => name));
  const errors: FieldError[] = ladder.steps.flatMap(({ template }, index) =>
    known.has(template)
      ? []
      : [{ path: `steps.${index}.template`, message: `there is no template "${template}"` }],
  );
  const [first] = errors;
  if (first) throw new AppError('unknown_template', `${first.path}: ${first.message}`, { errors });
}
