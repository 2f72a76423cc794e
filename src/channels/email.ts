import type { UnsubscribeSubject } from '../platform/unsubscribe-token';
import type { ChannelPort, EmailSettings, ProviderOutcome } from '../services/ports';
import { composeEmail, type ComposedEmail } from './email-message';
import type { Places } from './places';
import type { SmtpServer, SmtpTransports } from './smtp-transports';
import { smtpVerdict } from './smtp-verdict';

export interface EmailChannelOptions {
  transports: SmtpTransports;
  places: Places;
  /** null: organizations without an SMTP server of their own cannot send. */
  installationSmtpUrl: string | null;
  /** The one-click address, https in production. */
  unsubscribeUrl: (subject: UnsubscribeSubject) => string;
  timeoutMs: number;
}

/** Sends a nudge by SMTP. There is no key: once the message is out, a lost answer is `unanswered` for good. */
export function createEmailChannel(options: EmailChannelOptions): ChannelPort {
  const { transports, places, installationSmtpUrl, unsubscribeUrl, timeoutMs } = options;

  async function submit(
    server: SmtpServer,
    { mail }: ComposedEmail,
    signal: AbortSignal | undefined,
  ): Promise<ProviderOutcome> {
    const deadline = AbortSignal.timeout(timeoutMs);
    let bodySent = false;
    try {
      await transports.send(server, mail, signal ? AbortSignal.any([signal, deadline]) : deadline, () => {
        bodySent = true;
      });
      return { outcome: 'accepted', providerId: null };
    } catch (error) {
      return smtpVerdict(deadline.aborted ? { code: 'ETIMEDOUT' } : error, bodySent);
    }
  }

  return {
    kind: 'email',
    keyed: false,
    reserve: places.reserve,
    async send(settings, nudge, signal) {
      if (settings.kind !== 'email') throw new Error(`email was handed settings of ${settings.kind}`);
      const server = serverOf(settings, installationSmtpUrl);
      if (!server) return { outcome: 'refused', reason: 'there is no SMTP server' };
      const { organizationId, contactId } = nudge;
      const composed = composeEmail(
        settings,
        nudge,
        unsubscribeUrl({ organizationId, contactId, channel: 'email' }),
      );
      if ('problem' in composed) return { outcome: 'refused', reason: composed.problem };
      return submit(server, composed, signal);
    },
  };
}

function serverOf({ smtpUrl }: EmailSettings, installationSmtpUrl: string | null): SmtpServer | null {
  if (smtpUrl !== null) return { url: smtpUrl, isOwn: false };
  return installationSmtpUrl === null ? null : { url: installationSmtpUrl, isOwn: true };
}
