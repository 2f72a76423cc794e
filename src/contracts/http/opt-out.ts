import { z } from 'zod';
import { CHANNEL_KINDS } from '../../domain/conversation';
import { contactOut } from './contact';
import { inFlightOut } from './conversation';

/** Body of opt-out and opt-in. */
export const optOutBody = z
  .strictObject({
    channel: z.enum(CHANNEL_KINDS).optional().meta({ description: 'Absent: all channels' }),
  })
  .meta({ id: 'OptOut', examples: [{}] });

export const optOutAnswer = z.strictObject({ contact: contactOut, inFlight: z.array(inFlightOut) });
