import { z } from 'zod';
import { SCOPES } from '../../domain/scopes';
import { instantOut } from './fields';
import { pageOf } from './page';

export const apiKeyBody = z
  .strictObject({
    name: z.string('must be text').trim().min(1, 'must not be empty').max(100).default('API key'),
    scopes: z.array(z.enum(SCOPES)).min(1, 'must name at least one scope').max(3).default(['read', 'write']),
  })
  .meta({ id: 'ApiKeyInput', examples: [{ name: 'CRM', scopes: ['read', 'write'] }] });

export const apiKeyOut = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    publicId: z.string().meta({ description: 'The part of the key that logs may show' }),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: instantOut,
    revokedAt: instantOut.nullable(),
    key: z.string().optional().meta({ description: 'Shown once, to whoever made the key' }),
  })
  .meta({ id: 'ApiKey' });
export const apiKeyPage = pageOf(apiKeyOut);
