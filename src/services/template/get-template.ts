import { AppError } from '../../domain/errors';
import type { VerbContext } from '../verb-context';
import { groupTemplates, type TemplateGroup } from './list-templates';

/** Throws not_found. */
export async function getTemplate(ctx: VerbContext, name: string): Promise<TemplateGroup> {
  const [group] = await groupTemplates(ctx, [name]);
  if (!group) throw unknownTemplate();
  return group;
}

export const unknownTemplate = () => new AppError('not_found', 'No such template.');
