import { invalidField } from '../../domain/errors';
import { stepCount } from '../../domain/ladder';
import { localeFallback } from '../../domain/locales';
import { readThread, type Thread } from '../conversation/thread';
import { getOrganization } from '../organization/get-organization';
import type { RenderInput, TextGenerator } from '../ports';
import type { VerbContext } from '../verb-context';
import { findTemplate } from './find-template';
import { unknownTemplate } from './get-template';

export interface PreviewInput {
  conversationId?: string | undefined;
  /** Imagined person and variables, instead of a conversation. */
  contact?:
    | {
        name?: string | null | undefined;
        email?: string | null | undefined;
        phone?: string | null | undefined;
        locale?: string | null | undefined;
        attributes?: Record<string, unknown> | undefined;
      }
    | undefined;
  variables?: Record<string, unknown> | undefined;
  locale?: string | undefined;
}

export interface PreviewView {
  subject: string | null;
  body: string;
  locale: string;
  version: number;
}

/**
 * The words as they would be sent, but strict: a variable without a value is an error that names it. Throws not_found
 * (template, conversation) and invalid_template.
 */
export async function previewTemplate(
  ctx: VerbContext,
  texts: TextGenerator,
  name: string,
  input: PreviewInput,
): Promise<PreviewView> {
  const organization = await getOrganization(ctx);
  const facts = input.conversationId
    ? factsOfThread(await readThread(ctx, input.conversationId), name)
    : factsOfInput(input);
  const locales = localeFallback(input.locale ?? facts.contact.locale ?? null, organization.locale);
  const template = await findTemplate(ctx, name, locales);
  if (!template) throw unknownTemplate();
  const rendered = texts.renderStrict({
    ...facts,
    template: { subject: template.subject, body: template.body },
    contact: { ...facts.contact, locale: facts.contact.locale ?? organization.locale },
    organization: { name: organization.name },
  });
  return { ...rendered, locale: template.locale, version: template.version };
}

type Facts = Pick<RenderInput, 'variables' | 'step'> & {
  contact: Omit<RenderInput['contact'], 'locale'> & { locale: string | null };
};

/** The step is the one that uses this template in the conversation's sequence, else its next one. */
function factsOfThread({ contact, conversation, sequence, episode }: Thread, name: string): Facts {
  const steps = sequence?.ladder.steps ?? [];
  const using = steps.findIndex(({ template }) => template === name) + 1;
  const number = using || (episode?.nextStep ?? 1);
  const of = sequence ? stepCount(sequence.ladder) : 1;
  return { contact, variables: conversation.variables, step: { number: Math.min(number, of), of } };
}

function factsOfInput({ contact, variables = {} }: PreviewInput): Facts {
  if (!contact) throw invalidField('contact', 'give either conversationId, or contact and variables');
  const { name = null, email = null, phone = null, locale = null, attributes = {} } = contact;
  return { contact: { name, email, phone, locale, attributes }, variables, step: { number: 1, of: 1 } };
}
