import { z } from 'zod';

export const healthOut = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });

const part = z.enum(['ok', 'unreachable']);

/** Ready while PostgreSQL answers: what is accepted while Temporal is away is delivered when it is back. */
export const readinessOut = z
  .strictObject({ status: z.enum(['ok', 'unavailable']), postgresql: part, temporal: part })
  .meta({ id: 'Readiness' });
