import type { ProviderOutcome } from '../services/ports';
import { BlockedTargetError } from './target-guard';

/** Failures of nodemailer without a reply of the server that say no about this message, not about the connection. */
const ABOUT_THE_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE', 'EMAXRECIPIENTS', 'EFILEACCESS', 'EURLACCESS']);
/** Authentication needed, authentication failed: our credentials, not this message. */
const ABOUT_CREDENTIALS = new Set([530, 534, 535, 538]);
const BAD_SEQUENCE = 503;

/**
 * What a failed SMTP call means. `bodySent`: the last of the message, with its final dot, was handed to the connection;
 * from there on only the server's own reply to it is definite. Nodemailer reports every lost connection alike (command
 * `CONN`), so the caller has to watch the message itself.
 */
export function smtpVerdict(error: unknown, bodySent: boolean): ProviderOutcome {
  if (error instanceof BlockedTargetError) return { outcome: 'refused', reason: error.message };
  const { code, responseCode, response } = read(error);
  const isReplyToMessage = code === 'EMESSAGE' && responseCode !== null;
  const reason = responseCode === null ? `SMTP ${code}` : `SMTP ${responseCode}${enhancedCode(response)}`;
  if (bodySent && !isReplyToMessage)
    return { outcome: 'unanswered', reason: `${reason} after the message was sent` };
  return isRefusal(code, responseCode)
    ? { outcome: 'refused', reason }
    : { outcome: 'busy', reason, retryAfterMs: null };
}

/** 5xx refuses a message; 5xx to the connection or to our credentials is a server to come back to (circuit). */
function isRefusal(code: string, responseCode: number | null): boolean {
  if (!ABOUT_THE_MESSAGE.has(code)) return false;
  if (responseCode === null) return true;
  return responseCode >= 500 && responseCode !== BAD_SEQUENCE && !ABOUT_CREDENTIALS.has(responseCode);
}

/** ` 5.1.1` of `550 5.1.1 …`. The words of a reply stay out: they quote addresses. */
function enhancedCode(response: string): string {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1]?.padStart(6) ?? '';
}

function read(error: unknown): { code: string; responseCode: number | null; response: string } {
  const fields = typeof error === 'object' && error !== null ? error : {};
  const { code, responseCode, response } = { code: null, responseCode: null, response: null, ...fields };
  return {
    code: typeof code === 'string' ? code : 'ECONNECTION',
    responseCode: typeof responseCode === 'number' ? responseCode : null,
    response: typeof response === 'string' ? response : '',
  };
}
