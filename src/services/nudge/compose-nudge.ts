import { AppError } from '../../domain/errors';
import { stepAt, stepCount } from '../../domain/ladder';
import { localeFallback } from '../../domain/locales';
import type { EpisodeThread } from '../conversation/thread';
import type { TextGenerator } from '../ports';
import { findTemplate } from '../template/find-template';
import type { VerbContext } from '../verb-context';

export type ComposedText =
  | { ok: true; subject: string | null; body: string; templateId: string | null }
  | { ok: false; reason: string };

/**
 * The words of a step: the newest template in the best locale, rendered with fresh data. Never throws for what a template
 * does: `reason` then says why the step has no words. The claim stores them before they are sent.
 */
export async function composeNudge(
  ctx: VerbContext,
  thread: EpisodeThread,
  number: number,
  texts: TextGenerator,
): Promise<ComposedText> {
  const { organization, contact, conversation, sequence } = thread;
  const step = stepAt(sequence.ladder, number);
  if (!step) return { ok: false, reason: `the sequence has no step ${number}` };
  const locales = localeFallback(contact.locale, organization.locale);
  const template = await findTemplate(ctx, step.template, locales);
  if (!template) return { ok: false, reason: `there is no template "${step.template}"` };
  try {
    const rendered = texts.render({
      template: { subject: template.subject, body: template.body },
      contact: { ...contact, locale: contact.locale ?? organization.locale },
      variables: conversation.variables,
      organization: { name: organization.name },
      step: { number, of: stepCount(sequence.ladder) },
    });
    return { ok: true, ...rendered, templateId: template.id };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, reason: error.detail };
    throw error;
  }
}
