import { z } from 'zod';
import { CHANNEL_KINDS } from '../../domain/conversation';
import { email, instantOut } from './fields';
import { rate, rateOut } from './organization';
import { pageOf } from './page';

const pace = rate
  .nullable()
  .optional()
  .meta({ description: 'At most `max` messages per `per`; absent or null: as fast as they come' });

export const webhookBody = z
  .strictObject({ url: z.string('must be text').max(2048, 'must have at most 2048 characters'), pace })
  .meta({ id: 'WebhookInput', examples: [{ url: 'https://example.com/hooks/followthrough' }] });

/** `hello@example.com` or `Acme <hello@example.com>`; a name with quotes or commas would need another grammar. */
function isSender(text: string): boolean {
  const [, named] = /^[^<>"',;\p{Cc}]{1,100} <([^<>\s]+)>$/u.exec(text) ?? [];
  return email.safeParse(named ?? text).success;
}

export const emailBody = z
  .strictObject({
    from: z
      .string('must be text')
      .max(400, 'must have at most 400 characters')
      .refine(isSender, 'must be an e-mail address, or Name <address>')
      .meta({ examples: ['Acme <hello@example.com>'] }),
    replyTo: email.nullable().optional(),
    smtpUrl: z
      .string('must be text')
      .max(2048)
      .nullable()
      .optional()
      .meta({ description: "Absent: kept as it is; null: the installation's own server" }),
    pace,
  })
  .meta({ id: 'EmailInput', examples: [{ from: 'hello@example.com' }] });

export const channelOut = z
  .strictObject({
    kind: z.enum(CHANNEL_KINDS),
    url: z.string().nullable().optional(),
    from: z.string().nullable().optional(),
    replyTo: z.string().nullable().optional(),
    hasOwnSmtp: z.boolean().optional().meta({ description: 'The SMTP address itself is never read back' }),
    pace: rateOut.nullable(),
    previousSecretUntil: instantOut
      .nullable()
      .optional()
      .meta({ description: 'Until then the secret before the last rotation signs too' }),
    secret: z
      .string()
      .optional()
      .meta({ description: 'Shown once: when the webhook is made and when the secret is rotated' }),
    createdAt: instantOut,
    updatedAt: instantOut,
  })
  .meta({ id: 'Channel' });
export const channelPage = pageOf(channelOut);
