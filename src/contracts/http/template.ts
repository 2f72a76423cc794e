import { z } from 'zod';
import { contactInput } from './contact';
import { instantOut, jsonObject, locale, uuid } from './fields';
import { pageOf } from './page';

export const templateName = z.string('must be text').min(1).max(100, 'must have at most 100 characters');
export const templateParams = z.strictObject({ name: templateName });

export const templateBody = z
  .strictObject({
    locale: locale.optional().meta({ description: "Default: the organization's language" }),
    subject: z.string('must be text').max(1_000).nullable().optional().meta({ description: 'For e-mail' }),
    body: z.string('must be text').min(1, 'must not be empty').max(20_000).meta({ description: 'Liquid' }),
  })
  .meta({
    id: 'TemplateInput',
    examples: [{ locale: 'en', body: 'Hi {{ contact.firstName }}, any news about {{ variables.product }}?' }],
  });

const variant = {
  locale: z.string(),
  version: z.int(),
  subject: z.string().nullable(),
  body: z.string(),
  updatedAt: instantOut,
};

/** One version of one locale's text. */
export const templateVersionOut = z
  .strictObject({ name: z.string(), ...variant })
  .meta({ id: 'TemplateVersion' });

/** The newest text of each locale; above them the organization's locale, else English, else the first. */
export const templateOut = z
  .strictObject({ name: z.string(), ...variant, variants: z.array(z.strictObject(variant)) })
  .meta({ id: 'Template' });
export const templatePage = pageOf(templateOut);

export const previewBody = z
  .strictObject({
    conversationId: uuid.optional(),
    contact: contactInput.optional(),
    variables: jsonObject.optional(),
    locale: locale.optional().meta({ description: "Default: the contact's, else the organization's" }),
  })
  .superRefine(({ conversationId, contact, variables }, context) => {
    const free = contact !== undefined || variables !== undefined;
    if (conversationId !== undefined && !free) return;
    if (conversationId === undefined && contact !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: [conversationId === undefined ? 'contact' : 'conversationId'],
      message: 'give either conversationId, or contact and variables',
    });
  })
  .meta({
    id: 'Preview',
    examples: [{ contact: { name: 'Ada Lovelace' }, variables: { product: 'boiler' } }],
  });

export const previewOut = z
  .strictObject({
    subject: z.string().nullable(),
    body: z.string(),
    locale: z.string().meta({ description: 'The variant that was taken' }),
    version: z.int(),
  })
  .meta({ id: 'PreviewResult' });
