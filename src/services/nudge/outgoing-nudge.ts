import type { EpisodeThread } from '../conversation/thread';
import type { OutgoingNudge } from '../ports';
import type { NudgeRow } from './ask';

/** What the channel is handed. Throws when the nudge has no stored words: they are stored before they are sent. */
export function outgoingNudge(thread: EpisodeThread, nudge: NudgeRow, deliveryId: string): OutgoingNudge {
  const { organization, conversation, contact } = thread;
  if (nudge.body === null) throw new Error(`nudge ${nudge.id} has no stored text`);
  return {
    deliveryId,
    organizationId: conversation.organizationId,
    conversationId: conversation.id,
    conversationExternalId: conversation.externalId,
    contactId: contact.id,
    episode: nudge.episode,
    step: nudge.step,
    stage: nudge.stage,
    to: {
      name: contact.name,
      phone: contact.phone,
      email: contact.email,
      locale: contact.locale ?? organization.locale,
      timeZone: contact.timeZone ?? organization.timeZone,
    },
    subject: nudge.subject,
    message: nudge.body,
    metadata: conversation.variables,
  };
}
